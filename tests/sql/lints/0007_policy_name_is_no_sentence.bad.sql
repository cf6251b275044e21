-- offends: diaries_select on public.diaries
create table public.diaries (id uuid primary key);
create policy diaries_select on public.diaries for select to authenticated using (id is not null);
