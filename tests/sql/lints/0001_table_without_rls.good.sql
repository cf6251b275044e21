create table public.diaries (id uuid primary key);
alter table public.diaries enable row level security;
