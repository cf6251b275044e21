-- offends: public.diaries.mood
create table public.diaries (id uuid primary key, entry text);
select private.let_people_read('public.diaries');
alter table public.diaries add column mood text;
