create table public.diaries (id uuid primary key);
grant select on public.diaries to service_role;
