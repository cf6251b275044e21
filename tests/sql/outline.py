"""The database schema outline, table by table, as its document has it.

Written from the document, in its order and its words. What the schema does otherwise, and why, is
said in `EXCEPTIONS`. One wish of its notes is kept elsewhere: a learner's notes are a table of
their own (plan_notes), for a public plan's row is read by others.
"""

# A column: its type, null or not, its default. Then checks, unique keys, foreign keys and indexes.
OUTLINE = """
users
    id uuid not null default gen_random_uuid() pk
    clerk_user_id text not null unique
    email text not null unique
    name text null
    subscription_tier subscription_tier null
    created_at timestamptz not null default now()
    updated_at timestamptz not null default now()

learning_plans
    id uuid not null default gen_random_uuid() pk
    user_id uuid not null
    topic text not null
    skill_level skill_level not null
    weekly_hours int not null
    learning_style learning_style not null
    start_date date null
    deadline_date date null
    visibility plan_visibility not null default 'private'
    origin plan_origin not null default 'ai'
    created_at timestamptz not null default now()
    updated_at timestamptz not null default now()
    check weekly_hours >= 0
    references user_id users cascade
    index idx_learning_plans_user_id (user_id)

modules
    id uuid not null default gen_random_uuid() pk
    plan_id uuid not null
    order int not null
    title text not null
    description text null
    estimated_minutes int not null
    created_at timestamptz not null default now()
    updated_at timestamptz not null default now()
    check "order" >= 1
    check estimated_minutes >= 0
    unique (plan_id, order)
    references plan_id learning_plans cascade
    index idx_modules_plan_id (plan_id)
    index idx_modules_plan_id_order (plan_id, order)

tasks
    id uuid not null default gen_random_uuid() pk
    module_id uuid not null
    order int not null
    title text not null
    description text null
    estimated_minutes int not null
    created_at timestamptz not null default now()
    updated_at timestamptz not null default now()
    check "order" >= 1
    check estimated_minutes >= 0
    unique (module_id, order)
    references module_id modules cascade
    index idx_tasks_module_id (module_id)
    index idx_tasks_module_id_order (module_id, order)

resources
    id uuid not null default gen_random_uuid() pk
    type resource_type not null
    title text not null
    url text not null unique
    domain text null
    author text null
    duration_minutes int null
    cost_cents int null
    currency text null
    tags text[]
    created_at timestamptz not null default now()
    check duration_minutes >= 0
    check cost_cents >= 0
    check currency ~ '^[A-Z]{3}$'
    index idx_resources_type (type)

task_resources
    id uuid not null default gen_random_uuid() pk
    task_id uuid not null
    resource_id uuid not null
    order int not null
    notes text null
    created_at timestamptz not null default now()
    check "order" >= 1
    unique (task_id, resource_id)
    references task_id tasks cascade
    references resource_id resources cascade
    index idx_task_resources_task_id (task_id)
    index idx_task_resources_resource_id (resource_id)

task_progress
    id uuid not null default gen_random_uuid() pk
    task_id uuid not null
    user_id uuid not null
    status progress_status not null default 'not_started'
    completed_at timestamptz null
    updated_at timestamptz not null default now()
    created_at timestamptz not null default now()
    unique (task_id, user_id)
    references task_id tasks cascade
    references user_id users cascade
    index idx_task_progress_user_id (user_id)
    index idx_task_progress_task_id (task_id, user_id)

plan_generations
    id uuid not null default gen_random_uuid() pk
    plan_id uuid not null
    model text not null
    prompt jsonb not null
    parameters jsonb null
    output_summary jsonb null
    created_at timestamptz not null default now()
    references plan_id learning_plans cascade
    index idx_plan_generations_plan_id (plan_id)
"""

# What the document says, and what the schema has in its place.
EXCEPTIONS = {
    # Who signs in with Supabase Auth has no Clerk id; a check asks for one of the two.
    "users: clerk_user_id text not null unique": "users: clerk_user_id text null unique",
    # Null until confirmed: anonymous and unconfirmed people have rows too, and an address that
    # somebody else has confirmed is not given twice.
    "users: email text not null unique": "users: email text null unique",
}
