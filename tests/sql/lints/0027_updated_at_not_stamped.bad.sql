-- offends: public.diaries
-- offends: public.letters
create table public.diaries (id uuid primary key, updated_at timestamptz);
create table public.letters (id uuid primary key, updated_at timestamptz);
create trigger letters_set_updated_at before insert on public.letters
    for each row execute function private.set_updated_at();
