create table public.diaries (id uuid primary key, written_at timestamptz, day date, bell time);
