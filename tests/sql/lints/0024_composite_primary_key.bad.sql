-- offends: public.readings
create table public.readings (
    user_id uuid references public.users (id) on delete cascade,
    resource_id uuid references public.resources (id) on delete cascade,
    primary key (user_id, resource_id)
);
