-- offends: public.diaries
create table public.diaries (id uuid unique);
