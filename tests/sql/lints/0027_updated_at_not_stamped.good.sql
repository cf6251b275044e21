create table public.diaries (id uuid primary key, updated_at timestamptz);
create trigger diaries_set_updated_at before update on public.diaries
    for each row execute function private.set_updated_at();
