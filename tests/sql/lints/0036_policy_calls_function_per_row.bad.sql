-- offends: "Owners delete the diaries of their plans" on public.diaries
create table public.diaries (id uuid primary key, plan_id uuid);
create policy "Owners delete the diaries of their plans" on public.diaries for delete to authenticated
    using (private.owns_plan(plan_id));
