-- offends: public.diaries.user_id
-- offends: public.letters.id
create table public.diaries (id uuid primary key, user_id uuid, created_at timestamptz);
create trigger diaries_keep_fixed before update on public.diaries
    for each row execute function private.keep_fixed('id', 'created_at');
create table public.letters (id uuid primary key);
