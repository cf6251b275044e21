-- Proposals: a plan made anew is first a difference that its owner accepts, refuses, or takes back.

create type public.proposal_status as enum ('open', 'accepted', 'rejected', 'undone', 'superseded');
comment on type public.proposal_status is
    'open: to be decided. superseded: a newer proposal took its place. undone: accepted, and taken back.';

-- Tables ----------------------------------------------------------------------------------------

create table public.plan_proposals (
    id uuid primary key default gen_random_uuid(),
    plan_id uuid not null references public.learning_plans (id) on delete cascade,
    generation_id uuid not null unique references public.plan_generations (id) on delete cascade,
    status public.proposal_status not null default 'open',
    base_revision integer not null,
    accepted_revision integer,
    changes jsonb not null,
    summary jsonb not null,
    target jsonb not null,
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    constraint plan_proposals_changes_are_bounded check (octet_length(changes::text) <= 4194304),
    constraint plan_proposals_summary_is_bounded check (octet_length(summary::text) <= 65536),
    constraint plan_proposals_target_is_bounded check (octet_length(target::text) <= 8388608)
);

comment on table public.plan_proposals is
    'What a regeneration would change, kept apart from the plan until its owner accepts it.';
comment on column public.plan_proposals.base_revision is 'Revision of the plan it was made from; a plan that moved on since is a conflict.';
comment on column public.plan_proposals.accepted_revision is 'Revision that accepting left; undoing is possible while it is still the plan''s.';
comment on column public.plan_proposals.changes is
    'The difference in reading order: [{"change", "what", "task_id", "title", "from", "to", "reason": {"code", "text"}}].';
comment on column public.plan_proposals.summary is 'How much of it there is, counted.';
comment on column public.plan_proposals.target is
    'The weeks it touches as they would be: {"modules": [{"module_id", "order", "title", …, "tasks": […]}]}; null ids are new.';

create index idx_plan_proposals_plan_id on public.plan_proposals (plan_id, created_at);
create unique index plan_proposals_one_open on public.plan_proposals (plan_id) where status = 'open';

create table private.proposal_snapshots (
    proposal_id uuid primary key references public.plan_proposals (id) on delete cascade,
    snapshot jsonb not null,
    created_at timestamptz not null default now()
);

comment on table private.proposal_snapshots is 'What an accepted proposal changed, as it was before: for undoing it.';

create trigger plan_proposals_keep_fixed before update on public.plan_proposals
    for each row execute function private.keep_fixed(
        'id', 'plan_id', 'generation_id', 'base_revision', 'changes', 'summary', 'target', 'created_at'
    );

-- Security --------------------------------------------------------------------------------------

alter table public.plan_proposals enable row level security;
alter table private.proposal_snapshots enable row level security;

create policy "Owners read the proposals for their plans" on public.plan_proposals
    for select to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )));
create policy "The service reads the snapshots" on private.proposal_snapshots for select to service_role using (true);

revoke all on public.plan_proposals, private.proposal_snapshots from public, anon, authenticated, service_role;
select private.let_people_read('public.plan_proposals');
grant select, insert, update, delete on public.plan_proposals to service_role;
grant select on private.proposal_snapshots to service_role;

-- Asking ----------------------------------------------------------------------------------------

create function private.read_wish(wish text) returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    given text := nullif(btrim(replace(wish, E'\r\n', E'\n'), E' \t\n'), '');
begin
    if char_length(given) > 2000 then
        perform private.refuse(422, 'invalid_wish', 'wish', format('The wish is too long: %s characters', char_length(given)), 'Shorten it to 2000 characters');
    elsif given ~ '[\x01-\x08\x0b-\x1f\x7f-\x9f]' then
        perform private.refuse(422, 'invalid_wish', 'wish', 'The wish has control characters', 'Send plain text; line breaks and tabs are welcome');
    end if;
    return given;
end;
$$;

comment on function private.read_wish is 'What should be different, in the learner''s words; refuses naming the field.';

create function public.regenerate_plan(
    plan_id uuid,
    scope text default null,
    wish text default null,
    request_key text default null
) returns public.plan_receipt
language plpgsql
set search_path = ''
as $$
#variable_conflict use_variable
declare
    receipt public.plan_receipt;
    wished_scope text;
    wished text := private.read_wish(wish);
    key text;
begin
    wished_scope := private.read_choice(scope, 'scope', array['whole', 'remaining'], 'remaining');
    if not coalesce(private.owns_plan(plan_id), false) then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; only the owner may ask for this');
    end if;
    if request_key is not null then
        key := private.read_line(request_key, 'request_key', 200);
        select c.plan_id, c.generation_id into receipt
        from private.claim_request(key, jsonb_build_array('regenerate_plan', plan_id, wished_scope, wished)) c;
        if receipt.plan_id is not null then
            return receipt;
        end if;
    end if;
    receipt.plan_id := plan_id;
    if not exists (select from public.modules m where m.plan_id = plan_id) then
        -- There is nothing to make anew: this is the first time.
        receipt.generation_id := private.request_generation(plan_id, 'create', null, null, wished);
    elsif wished_scope = 'remaining' and not exists (
        select
        from public.modules m
        join public.tasks t on t.module_id = m.id
        left join public.task_progress tp on tp.task_id = t.id and tp.user_id = (select private.current_user_id())
        where m.plan_id = plan_id and tp.status is distinct from 'completed'
    ) then
        perform private.refuse(
            409, 'nothing_remains', 'scope',
            'Everything in this plan is done', 'Ask for the whole plan anew, or make another plan'
        );
    else
        receipt.generation_id := private.request_generation(
            plan_id, 'regenerate_plan', wished_scope::public.generation_scope, null, wished
        );
    end if;
    if key is not null then
        perform private.answer_request(key, receipt.plan_id, receipt.generation_id);
    end if;
    return receipt;
end;
$$;

comment on function public.regenerate_plan is
    'Asks for my plan anew: what remains of it (scope remaining, the default) or all of it (whole), with a wish in words. It makes a proposal in plan_proposals and changes nothing; follow plan_generations. The same request_key twice asks once.';

create function public.regenerate_module(module_id uuid, wish text default null, request_key text default null)
returns public.plan_receipt
language plpgsql
set search_path = ''
as $$
#variable_conflict use_variable
declare
    receipt public.plan_receipt;
    wished text := private.read_wish(wish);
    key text;
begin
    if not coalesce(private.owns_module(module_id), false) then
        perform private.refuse(404, 'module_not_found', 'module_id', 'There is no such module', 'Check the id; only the owner of the plan may ask for this');
    end if;
    if request_key is not null then
        key := private.read_line(request_key, 'request_key', 200);
        select c.plan_id, c.generation_id into receipt
        from private.claim_request(key, jsonb_build_array('regenerate_module', module_id, wished)) c;
        if receipt.plan_id is not null then
            return receipt;
        end if;
    end if;
    select m.plan_id into receipt.plan_id from public.modules m where m.id = module_id;
    receipt.generation_id := private.request_generation(
        receipt.plan_id, 'regenerate_module', null, module_id, wished
    );
    if key is not null then
        perform private.answer_request(key, receipt.plan_id, receipt.generation_id);
    end if;
    return receipt;
end;
$$;

comment on function public.regenerate_module is
    'Asks for one module of my plan anew, with a wish in words. It makes a proposal in plan_proposals and changes nothing; follow plan_generations. The same request_key twice asks once.';

-- Making ----------------------------------------------------------------------------------------

create function private.save_proposal(generation public.plan_generations, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    proposal jsonb := result -> 'proposal';
    plan public.learning_plans;
begin
    select p.* into plan from public.learning_plans p where p.id = generation.plan_id;
    if plan.revision is distinct from (result ->> 'revision')::integer then
        -- Tried again with the plan as it is now; what the model wrote is in the draft.
        raise exception 'the plan moved on while its proposal was made' using errcode = 'LB001';
    end if;
    if jsonb_typeof(proposal #> '{target,modules}') is distinct from 'array' then
        raise invalid_parameter_value using message = 'the result has no proposal with modules';
    end if;
    -- Ids come from what was loaded; one that is not of this plan is a mistake of ours.
    if exists (
        select (m.value ->> 'module_id')::uuid
        from jsonb_array_elements(proposal #> '{target,modules}') m
        where m.value ->> 'module_id' is not null
        except
        select m.id from public.modules m where m.plan_id = plan.id
    ) or exists (
        select (t.value ->> 'task_id')::uuid
        from jsonb_array_elements(proposal #> '{target,modules}') m
        cross join jsonb_array_elements(m.value -> 'tasks') t
        where t.value ->> 'task_id' is not null
        except
        select t.id from public.tasks t join public.modules m on m.id = t.module_id where m.plan_id = plan.id
    ) then
        raise invalid_parameter_value using message = 'the proposal names what is not of its plan';
    end if;
    update public.plan_proposals pp set status = 'superseded', decided_at = now()
    where pp.plan_id = plan.id and pp.status = 'open';
    insert into public.plan_proposals (plan_id, generation_id, base_revision, changes, summary, target)
    values (
        plan.id, generation.id, plan.revision, proposal -> 'changes', proposal -> 'summary',
        (proposal -> 'target') || jsonb_build_object('made_by', result ->> 'model')
    );
    perform private.succeed_generation(generation.id, proposal -> 'summary');
end;
$$;

comment on function private.save_proposal is
    'Keeps {"revision", "proposal": {"target", "changes", "summary"}} beside the plan; an open one before it is superseded. A plan that moved on meanwhile is proposed for anew.';

-- Deciding --------------------------------------------------------------------------------------

create type public.proposal_receipt as (
    proposal_id uuid,
    plan_id uuid,
    status public.proposal_status,
    revision integer
);
comment on type public.proposal_receipt is 'How a proposal stands now, and the plan''s revision.';

create function private.hold_proposal(proposal uuid, out held public.plan_proposals, out revision integer)
language plpgsql
set search_path = ''
as $$
declare
    plan uuid;
begin
    -- The plan before the proposal, as deleting a plan does: no deadlock between the two.
    select pp.plan_id into plan
    from public.plan_proposals pp
    join public.learning_plans p on p.id = pp.plan_id
    where pp.id = proposal and p.user_id = private.current_user_id();
    select p.revision into revision from public.learning_plans p where p.id = plan for no key update;
    select pp.* into held from public.plan_proposals pp where pp.id = proposal and pp.plan_id = plan for update;
    if held.id is null then
        perform private.refuse(404, 'proposal_not_found', 'proposal_id', 'There is no such proposal', 'Check the id; only the owner of the plan may decide');
    end if;
end;
$$;

comment on function private.hold_proposal is 'Locks a proposal for a plan of whoever asks, and the plan.';

create function private.hold_tasks(plan uuid, tasks uuid[]) returns void
language plpgsql
set search_path = ''
as $$
begin
    -- A tick in this very moment holds its task, a new task its week: rather a clear conflict than
    -- waiting for it, and it for us.
    perform from public.modules m where m.plan_id = hold_tasks.plan order by m.id for update nowait;
    perform from public.tasks t where t.id = any (tasks) order by t.id for update nowait;
    perform from public.task_progress tp where tp.task_id = any (tasks) order by tp.id for update nowait;
    -- An edit of a link holds its row before its task.
    perform from public.task_links l where l.task_id = any (tasks) order by l.id for update nowait;
    perform from public.task_resources r where r.task_id = any (tasks) order by r.id for update nowait;
exception when lock_not_available then
    perform private.refuse(
        409, 'plan_is_changing', 'proposal_id',
        'Somebody is working on a task that this would change', 'Try again in a moment'
    );
end;
$$;

comment on function private.hold_tasks is 'Locks the weeks of a plan, tasks of it and what anybody did of them, or refuses when somebody is at them right now.';

create function private.refuse_moved_plan() returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.refuse(
        409, 'plan_moved_on', 'proposal_id',
        'The plan was changed since', 'Read the plan again; ask for a new proposal if you still want one'
    );
end;
$$;

comment on function private.refuse_moved_plan is 'The conflict of a proposal with a plan that was changed since.';

create function private.refuse_touched_task(task uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.refuse(
        409, 'task_is_taken', 'proposal_id',
        format('“%s” was begun, finished, edited or pinned meanwhile', (select t.title from public.tasks t where t.id = task)),
        'Nothing was changed; ask for a new proposal, which leaves it as it is'
    );
end;
$$;

comment on function private.refuse_touched_task is 'The conflict of a proposal with what a learner did.';

create function private.target_tasks(target jsonb)
returns table (
    place integer,
    module_id uuid,
    week integer,
    task_id uuid,
    "order" integer,
    day smallint,
    title text,
    description text,
    estimated_minutes integer,
    links jsonb
)
language sql
immutable
set search_path = ''
as $$
    select
        row_number() over (order by m.place, t.place)::integer,
        (m.body ->> 'module_id')::uuid, (m.body ->> 'order')::integer, (t.body ->> 'task_id')::uuid,
        (t.body ->> 'order')::integer, (t.body ->> 'day')::smallint, t.body ->> 'title', t.body ->> 'description',
        (t.body ->> 'estimated_minutes')::integer, nullif(t.body -> 'resources', 'null')
    from jsonb_array_elements(target -> 'modules') with ordinality as m (body, place)
    cross join jsonb_array_elements(m.body -> 'tasks') with ordinality as t (body, place)
$$;

comment on function private.target_tasks is 'The tasks of a proposal''s target, one a row.';

create function private.take_snapshot(plan uuid, modules uuid[], tasks uuid[]) returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'origin', (select p.origin from public.learning_plans p where p.id = plan),
        'modules', (select coalesce(jsonb_agg(to_jsonb(m)), '[]') from public.modules m where m.id = any (modules)),
        'tasks', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from public.tasks t where t.id = any (tasks)),
        'task_resources', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from public.task_resources r where r.task_id = any (tasks)),
        'task_links', (select coalesce(jsonb_agg(to_jsonb(l)), '[]') from public.task_links l where l.task_id = any (tasks)),
        'task_progress', (select coalesce(jsonb_agg(to_jsonb(tp)), '[]') from public.task_progress tp where tp.task_id = any (tasks))
    )
$$;

comment on function private.take_snapshot is 'Rows as they are, with all that hangs on them, to be put back.';

-- Definer: it writes a plan past what people may write of it; it checks whose plan it is.
create function private.accept_own_proposal(proposal uuid) returns public.proposal_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    hold record;
    held public.plan_proposals;
    revision integer;
    made jsonb;
    touched uuid[];
    untouchable uuid;
    modules uuid[];
    snapshot jsonb;
    new_modules uuid[];
    new_tasks uuid[];
begin
    hold := private.hold_proposal(proposal);
    held := hold.held;
    revision := hold.revision;
    if held.status = 'accepted' then
        return row(held.id, held.plan_id, held.status, revision)::public.proposal_receipt;
    elsif held.status <> 'open' then
        perform private.refuse(409, 'proposal_decided', 'proposal_id', format('The proposal is %s', held.status), 'Ask for a new one');
    elsif held.base_revision <> revision then
        perform private.refuse_moved_plan();
    end if;
    set constraints public.idx_modules_plan_id_order, public.idx_tasks_module_id_order deferred;

    -- What it touches: living tasks of its weeks that are otherwise in the target, or not in it at all.
    modules := array(
        select (m.value ->> 'module_id')::uuid
        from jsonb_array_elements(held.target -> 'modules') m
        where m.value ->> 'module_id' is not null
    );
    touched := array(
        select t.id
        from public.tasks t
        left join private.target_tasks(held.target) w on w.task_id = t.id
        where (t.module_id = any (modules) or w.task_id is not null)
            and (
                w.task_id is null
                or w.links is not null
                or (w.module_id, w."order", w.day, w.title, coalesce(w.description, ''), w.estimated_minutes)
                    is distinct from (t.module_id, t."order", t.day, t.title, coalesce(t.description, ''), t.estimated_minutes)
            )
    );
    perform private.hold_tasks(held.plan_id, touched);
    select u.id into untouchable
    from private.untouchable_tasks(held.plan_id) as u (id) where u.id = any (touched) limit 1;
    if found then
        perform private.refuse_touched_task(untouchable);
    end if;
    snapshot := private.take_snapshot(held.plan_id, modules, touched);

    -- Ids are made here for what is new.
    select jsonb_agg(
        m.body || jsonb_build_object(
            'module_id', coalesce(m.body ->> 'module_id', gen_random_uuid()::text),
            'tasks', (
                select coalesce(jsonb_agg(
                    t.body || jsonb_build_object(
                        'task_id', coalesce(t.body ->> 'task_id', gen_random_uuid()::text),
                        'is_new', t.body ->> 'task_id' is null
                    ) order by t.place
                ), '[]')
                from jsonb_array_elements(m.body -> 'tasks') with ordinality as t (body, place)
            )
        ) order by m.place
    ) into made
    from jsonb_array_elements(held.target -> 'modules') with ordinality as m (body, place);
    made := jsonb_build_object('modules', coalesce(made, '[]'));

    insert into public.modules (id, plan_id, "order", title, description, estimated_minutes)
    select (m.value ->> 'module_id')::uuid, held.plan_id, (m.value ->> 'order')::integer, m.value ->> 'title',
        m.value ->> 'description', (m.value ->> 'estimated_minutes')::integer
    from jsonb_array_elements(made -> 'modules') m
    where not (m.value ->> 'module_id')::uuid = any (modules);
    new_modules := array(
        select (m.value ->> 'module_id')::uuid from jsonb_array_elements(made -> 'modules') m
        where not (m.value ->> 'module_id')::uuid = any (modules)
    );
    update public.modules m
    set "order" = (w.value ->> 'order')::integer, title = w.value ->> 'title',
        description = w.value ->> 'description', estimated_minutes = (w.value ->> 'estimated_minutes')::integer
    from jsonb_array_elements(made -> 'modules') w
    where m.id = (w.value ->> 'module_id')::uuid and m.id = any (modules)
        and (m."order", m.title, m.description, m.estimated_minutes) is distinct from (
            (w.value ->> 'order')::integer, w.value ->> 'title', w.value ->> 'description',
            (w.value ->> 'estimated_minutes')::integer
        );

    delete from public.tasks t
    where t.id = any (touched)
        and not exists (select from private.target_tasks(made) w where w.task_id = t.id);
    update public.tasks t
    set module_id = w.module_id, "order" = w."order", day = w.day, title = w.title,
        description = w.description, estimated_minutes = w.estimated_minutes
    from private.target_tasks(made) w
    where t.id = w.task_id and t.id = any (touched);
    new_tasks := array(
        select (t.value ->> 'task_id')::uuid
        from jsonb_array_elements(made -> 'modules') m
        cross join jsonb_array_elements(m.value -> 'tasks') t
        where (t.value ->> 'is_new')::boolean
    );
    insert into public.tasks (id, module_id, "order", day, title, description, estimated_minutes)
    select w.task_id, w.module_id, w."order", w.day, w.title, w.description, w.estimated_minutes
    from private.target_tasks(made) w
    where w.task_id = any (new_tasks);

    delete from public.task_resources r
    using private.target_tasks(made) w
    where r.task_id = w.task_id and w.links is not null and w.task_id = any (touched);
    delete from public.task_links l
    using private.target_tasks(made) w
    where l.task_id = w.task_id and w.links is not null and w.task_id = any (touched);
    perform private.save_links(
        (
            select jsonb_agg(jsonb_build_object('task_id', w.task_id, 'place', l.place, 'link', l.body))
            from private.target_tasks(made) w
            cross join jsonb_array_elements(w.links) with ordinality as l (body, place)
            where w.links is not null and (w.task_id = any (new_tasks) or w.task_id = any (touched))
        ),
        coalesce(held.target ->> 'made_by' = 'built-in', false)
    );

    -- Weeks that it leaves empty and says go.
    delete from public.modules m
    using jsonb_array_elements(made -> 'modules') w
    where m.id = (w.value ->> 'module_id')::uuid and (w.value ->> 'drop')::boolean
        and not exists (select from public.tasks t where t.module_id = m.id);
    set constraints public.idx_modules_plan_id_order, public.idx_tasks_module_id_order immediate;

    update public.learning_plans p
    set origin = case when held.target ->> 'made_by' = 'built-in' then 'template' else 'ai' end::public.plan_origin
    where p.id = held.plan_id
    returning p.revision into revision;
    insert into private.proposal_snapshots (proposal_id, snapshot)
    values (held.id, snapshot || jsonb_build_object('new_modules', to_jsonb(new_modules), 'new_tasks', to_jsonb(new_tasks)));
    update public.plan_proposals pp
    set status = 'accepted', decided_at = now(), accepted_revision = revision
    where pp.id = held.id;
    return row(held.id, held.plan_id, 'accepted', revision)::public.proposal_receipt;
exception when deadlock_detected then
    -- A batch of outcomes has our catalogue rows and waits for our plan: it, or we.
    perform private.refuse(
        409, 'plan_is_changing', 'proposal_id',
        'The plan is being written to at this moment', 'Try again in a moment'
    );
end;
$$;

comment on function private.accept_own_proposal is
    'Makes a plan of whoever asks as its proposal says, in one transaction: task ids stay, what a learner did stays, and a plan that moved on is a conflict.';

-- Definer: as above.
create function private.reject_own_proposal(proposal uuid) returns public.proposal_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    hold record;
    held public.plan_proposals;
    revision integer;
begin
    hold := private.hold_proposal(proposal);
    held := hold.held;
    revision := hold.revision;
    if held.status = 'open' then
        update public.plan_proposals pp set status = 'rejected', decided_at = now() where pp.id = held.id;
    elsif held.status not in ('rejected', 'superseded') then
        perform private.refuse(
            409, 'proposal_decided', 'proposal_id', format('The proposal is %s', held.status),
            'An accepted one can be taken back with undo_proposal'
        );
    end if;
    return row(held.id, held.plan_id, 'rejected', revision)::public.proposal_receipt;
end;
$$;

comment on function private.reject_own_proposal is 'Refuses a proposal for a plan of whoever asks; the plan stays as it is.';

-- Definer: as above.
create function private.undo_own_proposal(proposal uuid) returns public.proposal_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    hold record;
    held public.plan_proposals;
    revision integer;
    was jsonb;
    new_tasks uuid[];
    touched uuid[];
    untouchable uuid;
begin
    hold := private.hold_proposal(proposal);
    held := hold.held;
    revision := hold.revision;
    if held.status = 'undone' then
        return row(held.id, held.plan_id, held.status, revision)::public.proposal_receipt;
    elsif held.status <> 'accepted' then
        perform private.refuse(409, 'proposal_not_accepted', 'proposal_id', format('The proposal is %s', held.status), 'Only an accepted one can be undone');
    elsif held.accepted_revision <> revision then
        perform private.refuse_moved_plan();
    end if;
    set constraints public.idx_modules_plan_id_order, public.idx_tasks_module_id_order deferred;
    select s.snapshot into was from private.proposal_snapshots s where s.proposal_id = held.id;
    new_tasks := array(select e.value::uuid from jsonb_array_elements_text(was -> 'new_tasks') e);
    touched := array(select (e.value ->> 'id')::uuid from jsonb_array_elements(was -> 'tasks') e) || new_tasks;
    perform private.hold_tasks(held.plan_id, touched);
    select u.id into untouchable
    from private.untouchable_tasks(held.plan_id) as u (id) where u.id = any (touched) limit 1;
    if found then
        perform private.refuse_touched_task(untouchable);
    end if;

    insert into public.modules
    select m.* from jsonb_populate_recordset(null::public.modules, was -> 'modules') m
    where not exists (select from public.modules there where there.id = m.id);
    update public.modules m
    set "order" = w."order", title = w.title, description = w.description, estimated_minutes = w.estimated_minutes
    from jsonb_populate_recordset(null::public.modules, was -> 'modules') w
    where m.id = w.id;
    delete from public.tasks t where t.id = any (new_tasks);
    update public.tasks t
    set module_id = w.module_id, "order" = w."order", day = w.day, title = w.title, description = w.description,
        estimated_minutes = w.estimated_minutes
    from jsonb_populate_recordset(null::public.tasks, was -> 'tasks') w
    where t.id = w.id;
    insert into public.tasks
    select t.* from jsonb_populate_recordset(null::public.tasks, was -> 'tasks') t
    where not exists (select from public.tasks there where there.id = t.id);
    delete from public.task_resources r where r.task_id = any (touched);
    delete from public.task_links l where l.task_id = any (touched);
    insert into public.task_resources
    select r.* from jsonb_populate_recordset(null::public.task_resources, was -> 'task_resources') r
    where exists (select from public.resources c where c.id = r.resource_id);
    insert into public.task_links select l.* from jsonb_populate_recordset(null::public.task_links, was -> 'task_links') l;
    insert into public.task_progress
    select tp.* from jsonb_populate_recordset(null::public.task_progress, was -> 'task_progress') tp
    where exists (select from public.users u where u.id = tp.user_id)
    on conflict do nothing;
    delete from public.modules m
    where m.id in (select e.value::uuid from jsonb_array_elements_text(was -> 'new_modules') e);
    set constraints public.idx_modules_plan_id_order, public.idx_tasks_module_id_order immediate;

    update public.learning_plans p set origin = (was ->> 'origin')::public.plan_origin
    where p.id = held.plan_id
    returning p.revision into revision;
    update public.plan_proposals pp set status = 'undone', decided_at = now() where pp.id = held.id;
    delete from private.proposal_snapshots s where s.proposal_id = held.id;
    return row(held.id, held.plan_id, 'undone', revision)::public.proposal_receipt;
exception when deadlock_detected then
    -- A batch of outcomes has our catalogue rows and waits for our plan: it, or we.
    perform private.refuse(
        409, 'plan_is_changing', 'proposal_id',
        'The plan is being written to at this moment', 'Try again in a moment'
    );
end;
$$;

comment on function private.undo_own_proposal is
    'Puts a plan of whoever asks back to what it was before a proposal was accepted, with the same ids, unless something was written since.';

create function public.accept_proposal(proposal_id uuid) returns public.proposal_receipt
language sql
set search_path = ''
begin atomic
    select private.accept_own_proposal(proposal_id);
end;

create function public.reject_proposal(proposal_id uuid) returns public.proposal_receipt
language sql
set search_path = ''
begin atomic
    select private.reject_own_proposal(proposal_id);
end;

create function public.undo_proposal(proposal_id uuid) returns public.proposal_receipt
language sql
set search_path = ''
begin atomic
    select private.undo_own_proposal(proposal_id);
end;

comment on function public.accept_proposal is
    'Makes my plan as the proposal says: all of it or nothing. 409 when the plan was changed or one of its tasks was begun since. Asked twice, it is accepted all the same.';
comment on function public.reject_proposal is 'Refuses a proposal; my plan stays as it is.';
comment on function public.undo_proposal is
    'Takes an accepted proposal back: my plan is what it was, with the same ids. 409 when something was written since.';

revoke execute on function
    private.read_wish, private.save_proposal, private.hold_proposal, private.hold_tasks, private.refuse_moved_plan,
    private.refuse_touched_task, private.target_tasks, private.take_snapshot, private.accept_own_proposal,
    private.reject_own_proposal, private.undo_own_proposal,
    public.regenerate_plan, public.regenerate_module, public.accept_proposal, public.reject_proposal,
    public.undo_proposal
    from public, anon, authenticated, service_role;
grant execute on function
    private.read_wish, private.accept_own_proposal, private.reject_own_proposal, private.undo_own_proposal,
    public.regenerate_plan, public.regenerate_module, public.accept_proposal, public.reject_proposal,
    public.undo_proposal
    to authenticated;
