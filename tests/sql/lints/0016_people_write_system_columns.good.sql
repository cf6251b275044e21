create table public.diaries (id uuid primary key, body text, created_at timestamptz);
grant insert (body), update (body) on public.diaries to authenticated;
