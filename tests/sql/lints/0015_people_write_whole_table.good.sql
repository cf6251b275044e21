create table public.diaries (id uuid primary key, body text);
grant select, delete, insert (body), update (body) on public.diaries to authenticated;
