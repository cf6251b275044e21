create table public.diaries (id uuid primary key);
comment on table public.diaries is 'What somebody wrote for themselves.';
