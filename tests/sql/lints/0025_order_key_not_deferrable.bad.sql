-- offends: public.pages_order
-- offends: public.pages_order_too
create table public.pages (id uuid primary key, "order" integer, constraint pages_order unique ("order"));
create unique index pages_order_too on public.pages (id, "order");
