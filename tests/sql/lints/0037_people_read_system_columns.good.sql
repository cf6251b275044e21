create table public.diaries (id uuid primary key, entry text);
select private.let_people_read('public.diaries');
