create table public.diaries (
    id uuid primary key,
    user_id uuid references public.users (id) on delete cascade,
    plan_id uuid references public.learning_plans (id) on delete cascade,
    unique (user_id, id)
);
create index on public.diaries (plan_id);
