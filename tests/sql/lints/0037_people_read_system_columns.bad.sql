-- offends: public.diaries
create table public.diaries (id uuid primary key, entry text);
grant select on public.diaries to authenticated;
