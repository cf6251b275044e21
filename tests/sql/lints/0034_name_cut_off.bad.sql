-- offends: policy "People who keep a diary read what they themselves wrote there, " on public.diaries
create table public.diaries (id uuid primary key);
create policy "People who keep a diary read what they themselves wrote there, long ago" on public.diaries
    for select to authenticated using (id is not null);
