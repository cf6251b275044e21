create table public.diaries (id uuid primary key, plan_id uuid);
create policy "Owners read the diaries of their plans" on public.diaries for select to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )));
create policy "Owners keep diaries of their plans" on public.diaries for insert to authenticated
    with check (private.owns_plan(plan_id));
