-- Resources: the shared catalogue, which tasks point into it, and the links a plan brought along
-- that nobody has checked.

create type public.resource_type as enum ('youtube', 'article', 'course', 'doc', 'other');
comment on type public.resource_type is 'What kind of thing a link leads to.';

-- Tables ----------------------------------------------------------------------------------------

create table public.resources (
    id uuid primary key default gen_random_uuid(),
    type public.resource_type not null,
    title text not null,
    url text not null unique,
    domain text generated always as (lower(substring(url from '^https?://(?:www[.])?([^/:?#]+)'))) stored,
    author text,
    duration_minutes integer check (duration_minutes >= 0),
    cost_cents integer check (cost_cents >= 0),
    currency text,
    tags text[] not null default '{}',
    checked_at timestamptz,
    http_status smallint,
    tried_at timestamptz,
    failures smallint not null default 0,
    dead_at timestamptz,
    created_at timestamptz not null default now(),
    constraint resources_title_is_a_line check (char_length(title) between 1 and 300 and title !~ '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069]'),
    constraint resources_url_is_a_web_address check (
        url ~ '^https?://[^/?#@\\[:space:]]+([/?#]|$)' and url ~ '^[\x21-\x7e]+$' and octet_length(url) <= 2000
    ),
    constraint resources_author_is_bounded check (char_length(author) <= 300),
    constraint resources_currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
    constraint resources_tags_are_bounded check (cardinality(tags) <= 50)
);

comment on table public.resources is 'The catalogue that all plans share; written by the service alone. One row an address.';
comment on column public.resources.url is 'Canonical address in ASCII (punycode, percent-encoded); two spellings of one address are one row.';
comment on column public.resources.checked_at is 'When the link was last seen alive; null when it was never checked.';
comment on column public.resources.http_status is 'What the address answered when it was last seen alive.';
comment on column public.resources.tried_at is 'When the link was last tried, whatever came of it.';
comment on column public.resources.failures is 'How often in a row it was found dead.';
comment on column public.resources.dead_at is 'When the link was given up; no plan gets it any more. Null while it lives.';
comment on column public.resources.currency is 'ISO 4217 code of cost_cents.';

create index idx_resources_type on public.resources (type);
create index idx_resources_tried_at on public.resources (tried_at nulls first);
create index idx_resources_title on public.resources using gin (title extensions.gin_trgm_ops);

create table public.task_resources (
    id uuid primary key default gen_random_uuid(),
    task_id uuid not null references public.tasks (id) on delete cascade,
    resource_id uuid not null references public.resources (id) on delete cascade,
    "order" integer not null,
    notes text,
    created_at timestamptz not null default now(),
    constraint task_resources_name_a_resource_once unique (task_id, resource_id),
    constraint task_resources_order_is_bounded check ("order" >= 1 and "order" <= 200),
    constraint task_resources_notes_are_bounded check (char_length(notes) <= 2000)
);

comment on table public.task_resources is 'Which resources of the catalogue a task uses, in which order.';

create index idx_task_resources_task_id on public.task_resources (task_id);
create index idx_task_resources_resource_id on public.task_resources (resource_id);

create table public.task_links (
    id uuid primary key default gen_random_uuid(),
    task_id uuid not null references public.tasks (id) on delete cascade,
    type public.resource_type not null default 'other',
    title text not null,
    url text not null,
    "order" integer not null,
    checked_at timestamptz,
    http_status smallint,
    tried_at timestamptz,
    dead_at timestamptz,
    created_at timestamptz not null default now(),
    constraint task_links_name_an_address_once unique (task_id, url),
    constraint task_links_title_is_a_line check (char_length(title) between 1 and 300 and title !~ '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069]'),
    constraint task_links_url_is_a_web_address check (
        url ~ '^https?://[^/?#@\\[:space:]]+([/?#]|$)' and url ~ '^[\x21-\x7e]+$' and octet_length(url) <= 2000
    ),
    constraint task_links_order_is_bounded check ("order" >= 1 and "order" <= 200)
);

comment on table public.task_links is
    'Links that a person or a model brought along; seen only with their task, never in the catalogue.';
comment on column public.task_links.checked_at is 'When the link was last seen alive; null when it never was: show it as unchecked.';
comment on column public.task_links.http_status is 'What the address answered then.';
comment on column public.task_links.tried_at is 'When the link was last tried, whatever came of it.';
comment on column public.task_links.dead_at is 'Since when the link is found dead; null while it lives.';

create index idx_task_links_tried_at on public.task_links (tried_at nulls first);

-- What never changes, and the revision ----------------------------------------------------------

-- Definer: as private.raise_revision_by_links.
create function private.raise_revision_by_edits() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- That somebody looked whether it still lives changes nothing of a plan.
    update public.learning_plans p set revision = p.revision + 1
    where p.id in (
        select m.plan_id
        from changed c
        join former f on f.id = c.id
        join public.tasks t on t.id = c.task_id
        join public.modules m on m.id = t.module_id
        where (c.type, c.title, c.url, c."order") is distinct from (f.type, f.title, f.url, f."order")
    );
    return null;
end;
$$;

comment on function private.raise_revision_by_edits is
    'Statement trigger on links: raises the revision of each plan whose links are others now; a check alone does not.';

revoke execute on function private.raise_revision_by_edits from public, anon, authenticated;

create trigger resources_keep_fixed before update on public.resources
    for each row execute function private.keep_fixed('id', 'created_at');
create trigger task_resources_keep_fixed before update on public.task_resources
    for each row execute function private.keep_fixed('id', 'task_id', 'resource_id', 'created_at');
create trigger task_links_keep_fixed before update on public.task_links
    for each row execute function private.keep_fixed('id', 'task_id', 'created_at');

create trigger task_resources_raise_revision_on_insert after insert on public.task_resources
    referencing new table as changed for each statement execute function private.raise_revision_by_links();
create trigger task_resources_raise_revision_on_update after update on public.task_resources
    referencing new table as changed for each statement execute function private.raise_revision_by_links();
create trigger task_resources_raise_revision_on_delete after delete on public.task_resources
    referencing old table as changed for each statement execute function private.raise_revision_by_links();
create trigger task_links_raise_revision_on_insert after insert on public.task_links
    referencing new table as changed for each statement execute function private.raise_revision_by_links();
create trigger task_links_raise_revision_on_update after update on public.task_links
    referencing old table as former new table as changed
    for each statement execute function private.raise_revision_by_edits();
create trigger task_links_raise_revision_on_delete after delete on public.task_links
    referencing old table as changed for each statement execute function private.raise_revision_by_links();

create function private.forget_check() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.checked_at := null;
    new.http_status := null;
    new.tried_at := null;
    new.dead_at := null;
    return new;
end;
$$;

comment on function private.forget_check is 'Trigger: what was seen at one address says nothing of another.';

create trigger task_links_forget_check before update of url on public.task_links
    for each row when (old.url <> new.url) execute function private.forget_check();

-- Definer: the task is the plan's; a person who changes its links edits it.
create function private.mark_edited_by_links() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.tasks t set edited_at = now() where t.id = coalesce(new.task_id, old.task_id);
    return null;
end;
$$;

comment on function private.mark_edited_by_links is 'Trigger: remembers that a person changed the links of this task.';

revoke execute on function private.forget_check, private.mark_edited_by_links from public, anon, authenticated;

create trigger task_resources_mark_edited after insert or update or delete on public.task_resources
    for each row when (current_user = 'authenticated') execute function private.mark_edited_by_links();
create trigger task_links_mark_edited after insert or update or delete on public.task_links
    for each row when (current_user = 'authenticated') execute function private.mark_edited_by_links();

-- Definer: as private.limit_tasks.
create function private.limit_links() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    plan uuid;
begin
    for plan in
        select distinct m.plan_id
        from added n
        join public.tasks t on t.id = n.task_id
        join public.modules m on m.id = t.module_id
    loop
        continue when (
            select count(*)
            from public.modules m
            join public.tasks t on t.module_id = m.id
            cross join lateral (
                select r.id from public.task_resources r where r.task_id = t.id
                union all
                select l.id from public.task_links l where l.task_id = t.id
            ) link
            where m.plan_id = plan
        ) <= 5000;
        perform private.refuse(
            403, 'plan_too_large', tg_table_name, 'A plan has room for 5000 links', 'Split it into several plans'
        );
    end loop;
    return null;
end;
$$;

comment on function private.limit_links is 'Statement trigger: bounds how many resources and links a whole plan has.';

revoke execute on function private.limit_links from public, anon, authenticated;

create trigger task_resources_stay_within_a_plan after insert on public.task_resources
    referencing new table as added for each statement execute function private.limit_links();
create trigger task_links_stay_within_a_plan after insert on public.task_links
    referencing new table as added for each statement execute function private.limit_links();

-- Security --------------------------------------------------------------------------------------

alter table public.resources enable row level security;
alter table public.task_resources enable row level security;
alter table public.task_links enable row level security;

revoke all on public.resources, public.task_resources, public.task_links from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.resources, public.task_resources, public.task_links to service_role;

create policy "Signed-in people read the catalogue" on public.resources
    for select to authenticated
    using ((select private.current_user_id()) is not null);

select private.let_people_read('public.resources');

create policy "Who reads the task reads its resources" on public.task_resources
    for select to authenticated
    using (exists (select from public.tasks t where t.id = task_id));
create policy "Owners add resources to their tasks" on public.task_resources
    for insert to authenticated
    with check (private.owns_task(task_id));
create policy "Owners update the resources of their tasks" on public.task_resources
    for update to authenticated
    using (task_id = any (array(
        select t.id
        from public.tasks t
        join public.modules m on m.id = t.module_id
        join public.learning_plans p on p.id = m.plan_id
        where p.user_id = (select private.current_user_id())
    )))
    with check (private.owns_task(task_id));
create policy "Owners take resources off their tasks" on public.task_resources
    for delete to authenticated
    using (task_id = any (array(
        select t.id
        from public.tasks t
        join public.modules m on m.id = t.module_id
        join public.learning_plans p on p.id = m.plan_id
        where p.user_id = (select private.current_user_id())
    )));

select private.let_people_read('public.task_resources');
grant delete,
    insert (task_id, resource_id, "order", notes),
    update (task_id, resource_id, "order", notes)
    on public.task_resources to authenticated;

create policy "Who reads the task reads its links" on public.task_links
    for select to authenticated
    using (exists (select from public.tasks t where t.id = task_id));
create policy "Owners add links to their tasks" on public.task_links
    for insert to authenticated
    with check (private.owns_task(task_id));
create policy "Owners update the links of their tasks" on public.task_links
    for update to authenticated
    using (task_id = any (array(
        select t.id
        from public.tasks t
        join public.modules m on m.id = t.module_id
        join public.learning_plans p on p.id = m.plan_id
        where p.user_id = (select private.current_user_id())
    )))
    with check (private.owns_task(task_id));
create policy "Owners take links off their tasks" on public.task_links
    for delete to authenticated
    using (task_id = any (array(
        select t.id
        from public.tasks t
        join public.modules m on m.id = t.module_id
        join public.learning_plans p on p.id = m.plan_id
        where p.user_id = (select private.current_user_id())
    )));

select private.let_people_read('public.task_links');
grant delete,
    insert (task_id, type, title, url, "order"),
    update (task_id, type, title, url, "order")
    on public.task_links to authenticated;
