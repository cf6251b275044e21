create table public.pages (
    id uuid primary key,
    "order" integer,
    constraint pages_order unique ("order") deferrable initially immediate
);
