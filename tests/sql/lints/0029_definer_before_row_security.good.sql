create function private.look() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    return new;
end;
$$;
create table public.diaries (id uuid primary key, body text);
grant insert (body) on public.diaries to authenticated;
create trigger diaries_look after insert on public.diaries for each row execute function private.look();
create table public.letters (id uuid primary key);
create trigger letters_look before insert on public.letters for each row execute function private.look();
