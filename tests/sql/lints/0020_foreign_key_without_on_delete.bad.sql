-- offends: diaries_user_id_fkey on public.diaries
create table public.diaries (id uuid primary key, user_id uuid references public.users (id));
