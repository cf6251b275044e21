-- offends: "People read diaries" on public.diaries
-- offends: "Visitors read diaries" on public.diaries
create table public.diaries (id uuid primary key);
create policy "People read diaries" on public.diaries for select using (true);
create policy "Visitors read diaries" on public.diaries for select to anon using (true);
