create table public.diaries (id uuid primary key);
create policy "People read diaries" on public.diaries for select to authenticated using (id is not null);
create policy "People delete diaries" on public.diaries for delete to authenticated using (id is not null);
create policy "The service keeps diaries" on public.diaries for all to service_role using (true);
