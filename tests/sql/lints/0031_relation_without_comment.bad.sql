-- offends: public.diaries
-- offends: public.titles
create table public.diaries (id uuid primary key);
create view public.titles as select d.id from public.diaries d;
