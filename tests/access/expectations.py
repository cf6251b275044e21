"""Who may do what: decided by hand, from the sentences of the documents.

A sentence in quotation marks is the schema document's own; the others are the design's rules. The
catalogue says only *which* relations, columns and functions there are: one that is not decided here
fails `test_matrix`, and so does one that behaves otherwise. When they disagree, the migration is
mended, or a sentence is found that says why this file was wrong.
"""

from __future__ import annotations

from tests.access.terms import (
    ALL,
    EVERYTHING,
    FOLLOWER,
    FULL_SERVICE,
    LEARNERS,
    MINE,
    MINE_PRIVATE,
    MINE_PUBLIC,
    NOBODY,
    OWN,
    OWNER,
    OWNERS_PRIVATE,
    OWNERS_PUBLIC,
    PEOPLE,
    PRIVATE,
    PUBLIC,
    SERVICE,
    THEIRS,
    THEIRS_PRIVATE,
    THEIRS_PUBLIC,
    WRITES,
    Access,
    Function,
    Relation,
    of_a_learner,
    of_a_plan,
)

_THEIR_OWN = Access(
    select=LEARNERS, insert=LEARNERS, update=LEARNERS, delete=LEARNERS, upsert=LEARNERS
)
# When somebody can study is theirs alone: to read, and to write.
_AVAILABILITY = {
    THEIRS: Access(
        select=OWNER | SERVICE,
        insert=OWNER | SERVICE,
        update=OWNER | SERVICE,
        delete=OWNER | SERVICE,
        upsert=SERVICE,
    ),
    MINE: Access(select=LEARNERS, insert=LEARNERS, update=LEARNERS, delete=LEARNERS),
}

RELATIONS: dict[str, Relation] = {
    "public.users": Relation(
        why="“A user may read only their own row. … A user may update only their own row. Restrict"
        " updates to profile fields (e.g., name); identifiers like email, clerk_user_id, and"
        " subscription_tier are system-managed. Delete: System/service role only.” People may"
        " write name, time_zone, locale; the row itself is made at sign-up.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=OWNER | SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            ),
            MINE: Access(select=LEARNERS, update=LEARNERS),
        },
        closed=frozenset({"insert", "delete", "upsert"}),
        columns="""
            id fixed
            auth_user_id
            clerk_user_id
            email
            name change
            time_zone change
            locale change
            is_anonymous
            subscription_tier
            closing_at
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.tier_limits": Relation(
        why="Caps on plans and generations per tier are read from a table, which everybody signed"
        " in may see; people write none of it, and the tiers are three.",
        places={ALL: Access(select=PEOPLE | SERVICE, update=SERVICE)},
        closed=WRITES,
        columns="""
            tier
            max_plans
            max_generations_in_flight
            max_generations_per_month
        """,
    ),
    "public.learning_plans": Relation(
        why="“The owner may read their own plans. Any authenticated user may read plans where"
        " visibility = 'public'. … An authenticated user may create a plan only if user_id equals"
        " their id. Only the owner may update. Prevent changing user_id; allow toggling visibility"
        " and editing plan fields. Only the owner may delete.” Origin and revision are set by the"
        " database, never by a client; nobody names an id.",
        places=of_a_plan(read=PEOPLE, upsert=False),
        columns="""
            id fixed
            user_id add fixed
            topic add change
            skill_level add change
            weekly_hours add change
            learning_style add change
            start_date add change
            deadline_date add change
            visibility add change
            origin
            language add change
            revision
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.plan_notes": Relation(
        why="Notes are the owner's alone, also those of a public plan.",
        places=of_a_plan(read=NOBODY, upsert=True),
        natural_key="plan_id",
        columns="""
            plan_id add carry fixed
            notes add change
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.plan_followers": Relation(
        why="A follower of a public plan has a start, hours and a deadline of their own, and keeps"
        " their progress as long as the plan exists; who follows is known to themselves. Nobody"
        " follows a plan they cannot read, or their own.",
        places={
            THEIRS_PRIVATE: FULL_SERVICE,
            THEIRS_PUBLIC: FULL_SERVICE,
            MINE_PRIVATE: Access(select=FOLLOWER, update=FOLLOWER, delete=FOLLOWER),
            MINE_PUBLIC: Access(
                select=FOLLOWER,
                insert=LEARNERS,
                update=FOLLOWER,
                delete=FOLLOWER,
                upsert=LEARNERS,
            ),
        },
        natural_key="plan_id,user_id",
        columns="""
            id fixed
            plan_id add carry fixed
            user_id add carry fixed
            start_date add change
            weekly_hours add change
            deadline_date add change
            created_at fixed
        """,
    ),
    "public.modules": Relation(
        why="“Select: Allowed if the current user can read the parent plan (owner or"
        " plan.visibility = 'public'). Insert, update, delete: Only the owner of the parent"
        " plan.” Nobody names an id, and weeks are re-ordered by rpc/reorder_modules.",
        places=of_a_plan(read=PEOPLE, upsert=False),
        columns="""
            id fixed
            plan_id add carry fixed
            order add change
            title add change
            description add change
            estimated_minutes add change
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.tasks": Relation(
        why="“Select: Allowed if the current user can read the parent plan (owner or"
        " plan.visibility = 'public'). Insert, update, delete: Only the owner of the parent"
        " plan.” A task may change its week; pinned_at is the plan owner's; that a task was edited"
        " is for the database to say.",
        places=of_a_plan(read=PEOPLE, upsert=False),
        columns="""
            id fixed
            module_id add change
            order add change
            day add change
            title add change
            description add change
            estimated_minutes add change
            pinned_at add change
            edited_at
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.resources": Relation(
        why="“Readable by all authenticated users. Insert/Update/Delete: System/admin only."
        " End-users do not modify the global catalog in MVP.”",
        places={
            ALL: Access(
                select=PEOPLE | SERVICE,
                insert=SERVICE,
                update=SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            )
        },
        closed=WRITES,
        columns="""
            id fixed
            type
            title
            url
            domain computed
            author
            duration_minutes
            cost_cents
            currency
            tags
            checked_at
            http_status
            tried_at
            failures
            dead_at
            created_at fixed
        """,
    ),
    "public.task_resources": Relation(
        why="“Select: Allowed if the current user can read the parent task's plan (owner or"
        " plan.visibility = 'public'). Insert/Update/Delete: Only the owner of the parent plan may"
        " manage task-resource links.”",
        places=of_a_plan(read=PEOPLE, upsert=True),
        natural_key="task_id,resource_id",
        columns="""
            id fixed
            task_id add carry fixed
            resource_id add carry fixed
            order add change
            notes add change
            created_at fixed
        """,
    ),
    "public.task_links": Relation(
        why="A link that a person or a model brought along lives under the task's policies. Whether"
        " it lives is for the service to say.",
        places=of_a_plan(read=PEOPLE, upsert=True),
        natural_key="task_id,url",
        columns="""
            id fixed
            task_id add carry fixed
            type add change
            title add change
            url add change
            order add change
            checked_at
            http_status
            tried_at
            dead_at
            created_at fixed
        """,
    ),
    "public.task_progress": Relation(
        why="“A user may read only their own progress rows. A user may create progress only for"
        " themselves and only for tasks they can read (owner or plan.visibility = 'public'). A"
        " user may update only their own progress rows; forbid changing task_id or user_id on"
        " update. A user may delete only their own progress rows. Admin/service role may manage"
        " all.”",
        places={
            OWNERS_PRIVATE: Access(
                select=OWNER | SERVICE,
                insert=OWNER | SERVICE,
                update=OWNER | SERVICE,
                delete=OWNER | SERVICE,
                upsert=OWNER | SERVICE,
            ),
            OWNERS_PUBLIC: Access(
                select=OWNER | SERVICE,
                insert=OWNER | SERVICE,
                update=OWNER | SERVICE,
                delete=OWNER | SERVICE,
                upsert=OWNER | SERVICE,
            ),
            # From the time when the plan was public: what a learner did is never lost.
            MINE_PRIVATE: Access(select=LEARNERS, update=LEARNERS, delete=LEARNERS),
            MINE_PUBLIC: Access(
                select=LEARNERS,
                insert=LEARNERS,
                update=LEARNERS,
                delete=LEARNERS,
                upsert=LEARNERS,
            ),
        },
        natural_key="task_id,user_id",
        columns="""
            id fixed
            task_id add carry fixed
            user_id add carry fixed
            status add change
            completed_at add change
            actual_minutes add change
            set_aside_at add change
            updated_at stamped
            created_at fixed
        """,
    ),
    "public.plan_generations": Relation(
        why="“Only the owner of the parent plan may read generation records. Allow only the owner"
        " (or service role) to insert rows for their plan. Update/Delete: Owner or service role"
        " only (treat records as append-only).” People may update only its output_summary; what is"
        " under way is cancelled and not deleted, for that would make room for more of it.",
        places=of_a_plan(read=NOBODY, upsert=False),
        columns="""
            id fixed
            plan_id add fixed
            kind fixed
            scope fixed
            module_id
            status
            progress
            draft
            error
            model add
            prompt add
            prompt_version
            parameters add
            output_summary add change
            figures
            input_tokens
            output_tokens
            cost_usd
            model_called_at
            started_at
            finished_at
            created_at fixed
        """,
    ),
    "public.plan_proposals": Relation(
        why="Regenerating makes a proposal, shown to the owner of the plan as a difference, and"
        " accepted or refused by functions alone. What it says does not change.",
        places={
            PRIVATE: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            ),
            PUBLIC: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            ),
            OWN: Access(select=LEARNERS),
        },
        closed=WRITES,
        columns="""
            id fixed
            plan_id fixed
            generation_id fixed
            status
            base_revision fixed
            accepted_revision
            changes fixed
            summary fixed
            target fixed
            decided_at
            created_at fixed
        """,
    ),
    "public.study_preferences": Relation(
        why="How somebody likes to study is theirs alone, whoever follows whom. A row is its"
        " person's from the start: nobody names whose it is.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=OWNER | SERVICE,
                update=OWNER | SERVICE,
                delete=OWNER | SERVICE,
                upsert=OWNER | SERVICE,
            ),
            MINE: _THEIR_OWN,
        },
        natural_key="user_id",
        columns="""
            user_id fixed
            shortest_session_minutes add change
            longest_session_minutes add change
            daily_ceiling_minutes add change
            reminder_lead_minutes add change
            catch_up add change
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.study_windows": Relation(
        why="When somebody can study is theirs alone, as study_preferences. The week is replaced as"
        " a whole by rpc/save_study_windows.",
        places=_AVAILABILITY,
        columns="""
            id fixed
            user_id fixed
            weekday add change
            starts add change
            ends add change
            created_at fixed
        """,
    ),
    "public.days_off": Relation(
        why="As study_windows.",
        places=_AVAILABILITY,
        columns="""
            id fixed
            user_id fixed
            starts_on add change
            ends_on add change
            created_at fixed
        """,
    ),
    "public.busy_times": Relation(
        why="As study_windows: when somebody is busy is nobody else's business, whether they"
        " wrote it or their calendar was read, which is the service's to say.",
        places=_AVAILABILITY,
        columns="""
            id fixed
            user_id fixed
            starts_at add change
            ends_at add change
            source
            created_at fixed
        """,
    ),
    "public.sessions": Relation(
        why="Sessions are made by the service; a learner moves and pins their own. The owner of a"
        " plan does not see when a follower works on it, nor a follower when the owner does.",
        places=of_a_learner(update=PEOPLE),
        closed=frozenset({"insert", "delete", "upsert"}),
        columns="""
            id fixed
            plan_id fixed
            user_id fixed
            task_id fixed
            part
            starts_at change
            ends_at change
            local_date
            pinned_at change
            sequence
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.plan_schedules": Relation(
        why="How a plan fits into a learner's weeks is the service's to say, to that learner alone;"
        " a follower has a schedule as the owner has.",
        places=of_a_learner(),
        closed=WRITES,
        columns="""
            id fixed
            plan_id fixed
            user_id fixed
            status
            fits
            needed_minutes
            available_minutes
            ends_on
            deadline_date
            pace
            unplaced
            choices
            error
            wanted
            made
            computed_at
            look_at
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.catch_ups": Relation(
        why="What would move is made by the service, shown to the learner alone, and accepted,"
        " rejected or undone by functions alone.",
        places=of_a_learner(),
        closed=WRITES,
        columns="""
            id fixed
            plan_id fixed
            user_id fixed
            status
            moves
            summary
            created_at fixed
            decided_at
        """,
    ),
    "public.calendar_feeds": Relation(
        why="A feed is its person's: made and rotated by functions, which alone tell its token, and"
        " revoked by deleting it. The token is nobody's to read.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=SERVICE,
                delete=OWNER | SERVICE,
                upsert=SERVICE,
            ),
            MINE: Access(select=LEARNERS, delete=LEARNERS),
        },
        closed=frozenset({"insert", "update", "upsert"}),
        columns="""
            id fixed
            user_id fixed
            plan_id fixed
            last_read_at
            rotated_at
            created_at fixed
        """,
    ),
    "public.connections": Relation(
        why="“People see provider, account name, scopes, status and last use; never a token.” The"
        " edge makes a connection once its person came back from the service, and rpc/disconnect"
        " ends it: people write none of it.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            ),
            MINE: Access(select=LEARNERS),
        },
        closed=WRITES,
        columns="""
            id fixed
            user_id fixed
            provider fixed
            account_id
            account_name
            scopes
            status
            error
            last_used_at
            connected_at
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.exports": Relation(
        why="An export is its learner's, whoever owns the plan: asked for, cancelled and removed by"
        " functions alone. People say of their own whether it keeps in step, and whether it is"
        " taken away with the plan.",
        places=of_a_learner(update=PEOPLE),
        closed=frozenset({"insert", "delete", "upsert"}),
        columns="""
            id fixed
            user_id fixed
            plan_id
            connection_id
            provider fixed
            account_id
            topic
            action
            status
            needs
            error
            options
            container
            url
            done
            total
            changed
            stays
            confirmed
            in_step change
            clean_up change
            wanted
            taken
            stamp
            turn
            under_way
            requested_at
            finished_at
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.export_items": Relation(
        why="What an export made outside is written down by the service, for its learner to read."
        " Which thing it is, and of which export, never changes.",
        places=of_a_learner(),
        closed=WRITES,
        columns="""
            id fixed
            export_id fixed
            key fixed
            state
            external_id
            hash
            etag
            since
        """,
    ),
    "public.notifications": Relation(
        why="What was written to whom is the service's to write; people read their own and say"
        " when they have read one.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=OWNER | SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            ),
            MINE: Access(select=LEARNERS, update=LEARNERS),
        },
        closed=frozenset({"insert", "delete", "upsert"}),
        columns="""
            id fixed
            user_id fixed
            kind fixed
            channel fixed
            dedupe_key fixed
            subject
            body_text
            body_html
            context fixed
            status
            reason
            batch_id
            provider_id
            sent_at
            delivered_at
            opened_at
            bounced_at
            read_at change
            created_at fixed
            updated_at stamped
            due_at
            recipient
            unsubscribe_url
            position
            carried_by
            complained_at
            asked_at
        """,
    ),
    "public.notification_kinds": Relation(
        why="What Learnbase writes about is a page of preferences: everybody signed in reads it,"
        " and a new kind is the service's to add.",
        places={
            ALL: Access(
                select=PEOPLE | SERVICE,
                insert=SERVICE,
                update=SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            )
        },
        closed=WRITES,
        columns="""
            kind
            description
            email
            in_app
        """,
    ),
    "public.notification_preferences": Relation(
        why="“Preferences per kind and channel”: what somebody wants to hear of, and how, is theirs"
        " alone to say and to read. A row is its person's from the start.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=OWNER | SERVICE,
                update=OWNER | SERVICE,
                delete=OWNER | SERVICE,
                upsert=OWNER | SERVICE,
            ),
            MINE: _THEIR_OWN,
        },
        natural_key="user_id,kind,channel",
        columns="""
            id fixed
            user_id add carry fixed
            kind add change
            channel add change
            enabled add change
            created_at fixed
            updated_at stamped
        """,
    ),
    "public.summary_times": Relation(
        why="“Default Monday 08:00 in their zone, their choice of day and hour”: the row is made"
        " with the person, who chooses weekday and time of day; the zone is that of their profile,"
        " and the hour of the week follows from all of them.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=OWNER | SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            ),
            MINE: Access(select=LEARNERS, update=LEARNERS),
        },
        closed=frozenset({"insert", "delete", "upsert"}),
        columns="""
            user_id fixed
            weekday change
            time_of_day change
            time_zone
            hour_id
        """,
    ),
    "public.mail_suppressions": Relation(
        why="“Hard bounces and complaints suppress at once and show the learner why”: whoever has"
        " the address, confirmed, reads why it gets no mail, and nobody else; the list is the"
        " service's, and rpc/resume_mail lifts an entry.",
        places={
            THEIRS: Access(
                select=OWNER | SERVICE,
                insert=SERVICE,
                update=SERVICE,
                delete=SERVICE,
                upsert=SERVICE,
            ),
            MINE: Access(select=LEARNERS),
        },
        closed=WRITES,
        columns="""
            id fixed
            address
            cause
            reason
            notification_id
            created_at fixed
        """,
    ),
    "public.webhook_events": Relation(
        why="The inbox of providers' events is for the service alone.",
        places={ALL: FULL_SERVICE},
        closed=EVERYTHING,
        columns="""
            id fixed
            source fixed
            external_id fixed
            type
            payload fixed
            received_at fixed
            handled_at
            error
        """,
    ),
    "public.module_progress": Relation(
        why="Derived figures are shown to whoever can read the module, and are their own.",
        places={
            PRIVATE: Access(select=OWNER | SERVICE),
            PUBLIC: Access(select=PEOPLE | SERVICE),
            OWN: Access(select=LEARNERS),
        },
        closed=WRITES,
        columns="""
            module_id derived
            plan_id derived
            week derived
            total_tasks derived
            completed_tasks derived
            completion derived
            is_complete derived
            total_minutes derived
            completed_minutes derived
        """,
    ),
    "public.plan_progress": Relation(
        why="Derived figures are shown to whoever can read the plan, and are their own.",
        places={
            PRIVATE: Access(select=OWNER | SERVICE),
            PUBLIC: Access(select=PEOPLE | SERVICE),
            OWN: Access(select=LEARNERS),
        },
        closed=WRITES,
        columns="""
            plan_id derived
            starts_on derived
            total_weeks derived
            current_week derived
            total_tasks derived
            completed_tasks derived
            completion derived
            is_complete derived
            total_minutes derived
            completed_minutes derived
        """,
    ),
    "worker.model_prices": Relation(
        why="Prices per model live in one table, which is the operator's.",
        places={ALL: FULL_SERVICE},
        closed=EVERYTHING,
        columns="""
            model fixed
            input_usd_per_mtok
            output_usd_per_mtok
            updated_at stamped
        """,
    ),
    "worker.platform_limits": Relation(
        why="What the platform affords in a day is the operator's to say.",
        places={ALL: FULL_SERVICE},
        closed=EVERYTHING,
        columns="""
            name fixed
            amount
            updated_at stamped
        """,
    ),
    "worker.queues": Relation(
        why="What workers need is closed to people; the service changes it by functions alone.",
        places={ALL: Access(select=SERVICE)},
        closed=EVERYTHING,
        columns="""
            queue derived
            lease_seconds derived
            max_failures derived
            max_lost_deliveries derived
        """,
    ),
    "worker.job_attempts": Relation(
        why="What workers need is closed to people; the service changes it by functions alone.",
        places={ALL: Access(select=SERVICE)},
        closed=EVERYTHING,
        columns="""
            queue derived
            msg_id derived
            failures derived
            handed_back derived
            settled_read_ct derived
            last_error derived
            updated_at derived
        """,
    ),
    "worker.dead_letters": Relation(
        why="An operator lists and reads dead letters, and requeues them by a function.",
        places={ALL: Access(select=SERVICE)},
        closed=EVERYTHING,
        natural_key="queue,msg_id",
        columns="""
            id computed
            queue derived
            msg_id derived
            read_ct derived
            failures derived
            message derived
            error derived
            enqueued_at derived
            failed_at derived
            requeued_at derived
            requeued_as derived
        """,
    ),
}


_OWNERS_ONLY = {PRIVATE: OWNER, PUBLIC: OWNER, OWN: LEARNERS}
_LEARNERS_ONLY = {PRIVATE: OWNER, PUBLIC: OWNER | FOLLOWER, OWN: LEARNERS}
_NOT_SIGNED_IN = (401, "not_signed_in")
_THE_WORKERS = "RPC for workers: the secret key alone opens them."
_THE_EDGE = "Connecting goes through the edge, which knows who asks and holds the keys."
_LETTERS = (
    "“Signed, expiring links … a link works for its learner only”: the edge has read the signature,"
    " and names whose link it is."
)
_TOKENS = "Tokens are opened by the edge and the workers alone, and told to nobody, sealed or not."

FUNCTIONS: dict[str, Function] = {
    "public.create_plan": Function(
        why="“User authorized to create plans”: whoever is signed in asks for one of their own.",
        callers=PEOPLE,
        refusal=_NOT_SIGNED_IN,
        to_nobody=_NOT_SIGNED_IN,
    ),
    "public.cancel_generation": Function(
        why="Long work can be cancelled, by the owner of the plan alone.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "generation_not_found"),
    ),
    "public.retry_generation": Function(
        why="Long work can be tried again, by the owner of the plan alone.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "generation_not_found"),
    ),
    "public.regenerate_plan": Function(
        why="The owner of a plan asks for it anew: it is their month that is charged.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
    ),
    "public.regenerate_module": Function(
        why="As regenerate_plan, for one week.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "module_not_found"),
    ),
    "public.accept_proposal": Function(
        why="“Insert, update, delete: Only the owner of the parent plan”, also by a proposal.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "proposal_not_found"),
    ),
    "public.reject_proposal": Function(
        why="As accept_proposal.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "proposal_not_found"),
    ),
    "public.undo_proposal": Function(
        why="As accept_proposal.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "proposal_not_found"),
    ),
    "public.plan_roadmap": Function(
        why="“Roadmap JSON → frontend for preview”: for whoever can read the plan.",
        callers=PEOPLE,
        places={PRIVATE: OWNER, PUBLIC: PEOPLE, OWN: LEARNERS},
    ),
    "public.plan_impact": Function(
        why="A person may delete what is theirs; this tells them beforehand whom it touches. It"
        " counts what others did, so it is for the owner alone.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
    ),
    "public.reorder_modules": Function(
        why="“Only the owner of the parent plan may update modules.”",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
    ),
    "public.reorder_tasks": Function(
        why="“Only the owner of the parent plan may update tasks.”",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "module_not_found"),
    ),
    "public.search_plans": Function(
        why="Searches what whoever asks may read: their own plans and public ones.",
        callers=PEOPLE,
    ),
    "public.dashboard": Function(
        why="All my plans, and those I follow as long as I can read them.", callers=PEOPLE
    ),
    "public.due_tasks": Function(
        why="The tasks of my plans and of those I follow. The service is nobody who has plans.",
        callers=PEOPLE,
    ),
    "public.my_usage": Function(why="What I have used of what my tier allows.", callers=PEOPLE),
    "public.delete_account": Function(
        why="Deleting the account removes everything of theirs, and of nobody else; what is outside"
        " is taken away before.",
        callers=PEOPLE,
    ),
    "public.save_study_windows": Function(
        why="When somebody can study is theirs alone to say.",
        callers=PEOPLE,
        to_nobody=_NOT_SIGNED_IN,
    ),
    "public.my_availability": Function(
        why="What a scheduler needs to know of me, and of nobody else.",
        callers=PEOPLE,
        to_nobody=_NOT_SIGNED_IN,
    ),
    "public.schedule_plan": Function(
        why="Whoever learns by a plan has a schedule of it: its owner, and who follows it.",
        callers=PEOPLE,
        places=_LEARNERS_ONLY,
    ),
    "public.catch_up": Function(why="As schedule_plan.", callers=PEOPLE, places=_LEARNERS_ONLY),
    "public.choose_feasibility": Function(
        why="A choice is taken by the learner whom it was offered to: the owner's changes the plan,"
        " a follower's only how they follow it.",
        callers=PEOPLE,
        places=_LEARNERS_ONLY,
    ),
    "public.accept_catch_up": Function(
        why="A catch-up is decided by the learner whose sessions it moves.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "catch_up_not_found"),
    ),
    "public.reject_catch_up": Function(
        why="As accept_catch_up.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "catch_up_not_found"),
    ),
    "public.undo_catch_up": Function(
        why="As accept_catch_up.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "catch_up_not_found"),
    ),
    "public.plan_export": Function(
        why="Whoever can read a plan can take it along, with their own progress and sessions.",
        callers=PEOPLE,
        places={PRIVATE: OWNER, PUBLIC: PEOPLE, OWN: LEARNERS},
    ),
    "public.create_feed": Function(
        why="Whoever learns by a plan may have it in their calendar.",
        callers=PEOPLE,
        places=_LEARNERS_ONLY,
        to_nobody=_NOT_SIGNED_IN,
    ),
    "public.rotate_feed": Function(
        why="A feed's address is changed by whose it is.",
        callers=PEOPLE,
        places={THEIRS: OWNER, MINE: LEARNERS},
        refusal=(404, "feed_not_found"),
    ),
    "public.disconnect": Function(
        why="A connection is ended by whose it is.",
        callers=PEOPLE,
        to_nobody=(404, "not_connected"),
    ),
    "public.start_export": Function(
        why="“The learner clicks once”: whoever learns by a plan may have it in their own account.",
        callers=PEOPLE,
        places=_LEARNERS_ONLY,
        to_nobody=_NOT_SIGNED_IN,
    ),
    "public.cancel_export": Function(
        why="An export is decided about by the learner whose it is.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "export_not_found"),
    ),
    "public.confirm_export": Function(
        why="As cancel_export.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "export_not_found"),
    ),
    "public.remove_export": Function(
        why="As cancel_export.",
        callers=PEOPLE,
        places=_OWNERS_ONLY,
        refusal=(404, "export_not_found"),
    ),
    "public.resume_mail": Function(
        why="Whoever has an address lets mail go to it again, and to no other.",
        callers=PEOPLE,
        to_nobody=_NOT_SIGNED_IN,
    ),
    "public.next_summary": Function(
        why="“Their choice of day and hour”: when mine comes next is told to me, to nobody else.",
        callers=PEOPLE,
    ),
    "public.progress": Function(
        why="The figures of a row that one can read anyway, to be embedded.",
        callers=PEOPLE | SERVICE,
    ),
    "worker.upsert_user": Function(_THE_WORKERS, SERVICE),
    "worker.read_jobs": Function(_THE_WORKERS, SERVICE),
    "worker.heartbeat": Function(_THE_WORKERS, SERVICE),
    "worker.fail_job": Function(_THE_WORKERS, SERVICE),
    "worker.hand_back_jobs": Function(_THE_WORKERS, SERVICE),
    "worker.queue_depths": Function(_THE_WORKERS, SERVICE),
    "worker.requeue_dead_letter": Function(_THE_WORKERS, SERVICE),
    "worker.load_generate_plan": Function(_THE_WORKERS, SERVICE),
    "worker.complete_generate_plan": Function(_THE_WORKERS, SERVICE),
    "worker.begin_model_call": Function(_THE_WORKERS, SERVICE),
    "worker.end_model_calls": Function(_THE_WORKERS, SERVICE),
    "worker.model_day": Function(_THE_WORKERS, SERVICE),
    "worker.catalogue_links": Function(_THE_WORKERS, SERVICE),
    "worker.load_check_links": Function(_THE_WORKERS, SERVICE),
    "worker.complete_check_links": Function(_THE_WORKERS, SERVICE),
    "worker.load_schedule_plan": Function(_THE_WORKERS, SERVICE),
    "worker.complete_schedule_plan": Function(_THE_WORKERS, SERVICE),
    "worker.load_feed": Function(
        "A feed is told to whoever holds its token; the edge looks its hash up.", SERVICE
    ),
    "worker.begin_connection": Function(_THE_EDGE, SERVICE),
    "worker.keep_oauth_code": Function(_THE_EDGE, SERVICE),
    "worker.claim_oauth_state": Function(_THE_EDGE, SERVICE),
    "worker.save_connection": Function(_THE_EDGE, SERVICE),
    "worker.load_tokens": Function(_TOKENS, SERVICE),
    "worker.lease_refresh": Function(_TOKENS, SERVICE),
    "worker.save_refreshed": Function(_TOKENS, SERVICE),
    "worker.break_connection": Function(_TOKENS, SERVICE),
    "worker.connections_to_reseal": Function(_TOKENS, SERVICE),
    "worker.reseal_tokens": Function(_TOKENS, SERVICE),
    "worker.load_disconnect": Function(_THE_WORKERS, SERVICE),
    "worker.complete_disconnect": Function(_THE_WORKERS, SERVICE),
    "worker.load_read_busy_times": Function(_THE_WORKERS, SERVICE),
    "worker.complete_read_busy_times": Function(_THE_WORKERS, SERVICE),
    "worker.load_export": Function(_THE_WORKERS, SERVICE),
    "worker.record_export": Function(_THE_WORKERS, SERVICE),
    "worker.complete_export_notion": Function(_THE_WORKERS, SERVICE),
    "worker.complete_export_google_calendar": Function(_THE_WORKERS, SERVICE),
    "worker.load_close_account": Function(_THE_WORKERS, SERVICE),
    "worker.complete_close_account": Function(_THE_WORKERS, SERVICE),
    "worker.send_notification": Function(
        "“worker.send_notification for the service”: what Learnbase says is no person's to write.",
        SERVICE,
    ),
    "worker.act_by_letter": Function(_LETTERS, SERVICE),
    "worker.choose_mail": Function(_LETTERS, SERVICE),
    "worker.record_mail_event": Function(
        "The mail service's webhooks are verified by the edge, which alone tells what they say.",
        SERVICE,
    ),
    "worker.load_weekly_summary": Function(_THE_WORKERS, SERVICE),
    "worker.complete_weekly_summary": Function(_THE_WORKERS, SERVICE),
    "worker.load_write_letters": Function(_THE_WORKERS, SERVICE),
    "worker.complete_write_letters": Function(_THE_WORKERS, SERVICE),
    "worker.load_send_email": Function(_THE_WORKERS, SERVICE),
    "worker.complete_send_email": Function(_THE_WORKERS, SERVICE),
    "worker.run_schedule": Function(_THE_WORKERS, SERVICE),
    "worker.schema_version": Function(_THE_WORKERS, SERVICE),
}


def words(relation: str) -> dict[str, frozenset[str]]:
    """The decided columns of a relation, each with its words."""
    lines = (line.split() for line in RELATIONS[relation].columns.splitlines())
    return {name: frozenset(said) for name, *said in (line for line in lines if line)}
