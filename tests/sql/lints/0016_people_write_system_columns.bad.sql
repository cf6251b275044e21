-- offends: public.diaries.id
-- offends: public.diaries.revision
create table public.diaries (id uuid primary key, body text, revision integer);
grant insert (id, body), update (body, revision) on public.diaries to authenticated;
