create table public.diaries (id uuid primary key);
create policy "People read diaries" on public.diaries for select to authenticated using (id is not null);
