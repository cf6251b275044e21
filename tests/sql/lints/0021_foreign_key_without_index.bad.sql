-- offends: diaries_plan_id_fkey on public.diaries
-- offends: diaries_user_id_fkey on public.diaries
create table public.diaries (
    id uuid primary key,
    user_id uuid references public.users (id) on delete cascade,
    plan_id uuid references public.learning_plans (id) on delete cascade
);
create index on public.diaries (id, user_id);
create index on public.diaries (plan_id) where plan_id is not null;
