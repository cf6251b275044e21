-- offends: public.diaries.written_at
create table public.diaries (id uuid primary key, written_at timestamp);
