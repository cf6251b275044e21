create table public.diaries (
    id uuid primary key,
    title text check (char_length(title) <= 100),
    language text check (language ~ '^[a-z]{2}(-[A-Z]{2}){0,3}$'),
    marks jsonb check (octet_length(marks::text) < 1000),
    tags text[] check (cardinality(tags) <= 10),
    body text,
    written_on date
);
grant insert (title, language, marks, tags, written_on) on public.diaries to authenticated;
