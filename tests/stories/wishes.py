"""What somebody asks for through the form, and what their asking left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import Person, Row, World


def day(offset: int) -> str:
    return (datetime.now(UTC) + timedelta(days=offset)).date().isoformat()


def traces(world: World, person: Person) -> dict[str, int]:
    """What a person's requests left behind."""
    of_theirs = "select g.id::text from public.plan_generations g"
    of_theirs += " join public.learning_plans p on p.id = g.plan_id where p.user_id = %s"
    sent = "select count(*) from pgmq.q_generate_plan q where q.message ->> 'generation_id' in ("
    return {
        "plans": world.count("public.learning_plans", user_id=person.id),
        "generations": world.value(
            f"select count(*) from ({of_theirs}) g",  # noqa: S608
            person.id,
        ),
        "messages": world.value(f"{sent}{of_theirs})", person.id),
        "requests": world.count("private.plan_requests", person=person.id),
        "used": world.count("private.usage_ledger", person=person.id),
    }


NOTHING = {"plans": 0, "generations": 0, "messages": 0, "requests": 0, "used": 0}


def the_plan(person: Person, asked: Row) -> Row:
    [plan] = person.rows("learning_plans", id=f"eq.{asked['plan_id']}")
    return plan
