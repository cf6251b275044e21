-- offends: public.diaries
-- offends: public.letters
create table public.diaries (id uuid primary key, body text);
grant select, update on public.diaries to authenticated;
create table public.letters (id uuid primary key);
grant truncate on public.letters to authenticated;
