create table public.diaries (id uuid primary key, user_id uuid);
create policy "People read their diaries" on public.diaries for select to authenticated
    using (user_id = (select private.current_user_id()) or user_id = (select (auth.jwt() ->> 'sub')::uuid));
