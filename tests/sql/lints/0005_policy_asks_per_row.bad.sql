-- offends: "People read their diaries" on public.diaries
-- offends: "People write their diaries" on public.diaries
create table public.diaries (id uuid primary key, user_id uuid);
create policy "People read their diaries" on public.diaries for select to authenticated
    using (user_id = private.current_user_id());
create policy "People write their diaries" on public.diaries for insert to authenticated
    with check (user_id = auth.uid());
