-- offends: public.diaries
create table public.diaries (id uuid primary key);
create policy "People keep diaries" on public.diaries for all to authenticated using (id is not null);
create policy "People read diaries" on public.diaries for select to authenticated using (true);
