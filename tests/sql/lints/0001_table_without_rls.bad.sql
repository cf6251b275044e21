-- offends: public.diaries
-- offends: private.diaries
create table public.diaries (id uuid primary key);
create table private.diaries (id uuid primary key);
