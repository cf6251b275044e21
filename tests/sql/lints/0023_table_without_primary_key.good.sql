create table public.diaries (id uuid primary key);
