create table public.readings (
    id uuid primary key,
    user_id uuid references public.users (id) on delete cascade,
    resource_id uuid references public.resources (id) on delete cascade,
    unique (user_id, resource_id)
);
