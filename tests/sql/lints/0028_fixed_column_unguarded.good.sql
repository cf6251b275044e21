create table public.diaries (id uuid primary key, user_id uuid, created_at timestamptz, body text);
create trigger diaries_keep_fixed before update on public.diaries
    for each row execute function private.keep_fixed('id', 'user_id', 'created_at');
