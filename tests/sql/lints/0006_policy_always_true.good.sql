create table public.diaries (id uuid primary key);
create policy "People read diaries" on public.diaries for select to authenticated
    using ((select private.current_user_id()) is not null);
create policy "The service keeps diaries" on public.diaries for all to service_role using (true) with check (true);
