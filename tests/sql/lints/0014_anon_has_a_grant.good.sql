create table public.diaries (id uuid primary key, body text);
grant select, insert (body) on public.diaries to authenticated;
