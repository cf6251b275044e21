-- offends: public.diaries.body
-- offends: public.diaries.language
-- offends: public.diaries.marks
-- offends: public.diaries.tags
create table public.diaries (
    id uuid primary key,
    body text check (body !~ '[[:cntrl:]]'),
    language text check (language ~ '^[a-z]+$'),
    marks jsonb,
    tags text[]
);
grant insert (body, language, marks, tags) on public.diaries to authenticated;
