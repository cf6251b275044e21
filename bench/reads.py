"""What row level security costs those who read, beside the service role's same request.

Requests go straight to PostgREST, so that the gateway's own cost does not hide the ratio; what the
gateway adds is `reads.gateway`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.ground import ADA, PLAN_OF_ADA, PLAN_OF_BEN
from bench.http import Client
from bench.measure import Act, interleaved
from bench.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Database, Ground

# As docs/frontend.md tells a frontend to ask for all of a plan's page.
WHOLE_PLAN = re.sub(
    r"\s+",
    "",
    """
    *, progress(*),
    modules(*, progress(*), tasks(*,
        task_progress(status, completed_at, actual_minutes),
        task_resources(order, notes, resources(type, title, url, checked_at)),
        task_links(order, type, title, url)
    ))
    """,
)
SEARCHED_FOR = "swift ios"
Request = Callable[[Client], bytes]


@dataclass(frozen=True)
class Comparison:
    """A request as a person sends it, and what it is compared with.

    Attributes:
        name: The name of its results.
        as_person: The request, under row level security.
        as_service: Its like, past row level security.
        same: What both answers must have in common; all of them by default.
        against: What `as_service` is, in words.
        aim: How many times as long the person's may take.
        stays_flat: Whether the aim holds for the large database beside the small one, too.
    """

    name: str
    as_person: Request
    as_service: Request
    same: Callable[[list[dict[str, Any]]], object] = list
    against: str = "the same as service role"
    aim: float = 1.15
    stays_flat: bool = True


def whole_plan(ground: Ground) -> Iterator[Result]:
    """One whole plan: as its owner, and as a follower of somebody's public plan."""
    for reader, plan in (("owner", PLAN_OF_ADA), ("follower", PLAN_OF_BEN)):

        def read(who: Client, plan: str = plan) -> bytes:
            return who.read(
                "learning_plans",
                id=f"eq.{plan}",
                select=WHOLE_PLAN,
                **{
                    "modules.order": "order",
                    "modules.tasks.order": "order",
                    # The service role would see everybody's.
                    "modules.tasks.task_progress.user_id": f"eq.{ADA}",
                },
            )

        yield from _results(ground, Comparison(f"reads.whole_plan.{reader}", read, read))


def dashboard(ground: Ground) -> Iterator[Result]:
    """The dashboard; the service role calls the same function for the same person.

    The function runs past the policies, with its filter written out: a ratio above 1 says that
    policies have come back into it, the growth what it costs.
    """

    def call(who: Client) -> bytes:
        return who.call("dashboard")

    yield from _results(ground, Comparison("reads.dashboard", call, call))


def search(ground: Ground) -> Iterator[Result]:
    """Searching the plans one may read, against searching all plans."""

    def guarded(who: Client) -> bytes:
        return who.call("search_plans", query=SEARCHED_FOR)

    def unguarded(who: Client) -> bytes:
        return who.call("unguarded_search", query=SEARCHED_FOR)

    comparison = Comparison(
        "reads.search",
        guarded,
        unguarded,
        same=lambda rows: rows[0]["similarity"],
        against="all plans searched, unguarded",
        aim=1.5,
        stays_flat=False,
    )
    yield from _results(ground, comparison)


def gateway(ground: Ground) -> Iterator[Result]:
    """What the local gateway adds to the smallest request."""
    env = ground.stack.env()
    key = env["SUPABASE_SECRET_KEY"]
    direct = Client(env["POSTGREST_URL"], ground.stack.token(role="service_role"))
    through = Client(f"{env['SUPABASE_URL']}/rest/v1", key, apikey=key)
    with direct, through:
        acts = {
            name: Act(partial(who.read, "resources", select="id", limit="1"))
            for name, who in (("through", through), ("direct", direct))
        }
        taken = interleaved(acts, turns=ground.turns)
    yield Result(
        "reads.gateway", taken["through"], "ms", taken["direct"], "one row from PostgREST directly"
    )


MEASUREMENTS = {
    "reads.whole_plan": whole_plan,
    "reads.dashboard": dashboard,
    "reads.search": search,
    "reads.gateway": gateway,
}


def _results(ground: Ground, compared: Comparison) -> Iterator[Result]:
    taken = _taken(ground, compared)
    small, large = ground.sizes
    for tasks in (small, large):
        value, baseline = taken[f"person {tasks}"], taken[f"service {tasks}"]
        yield Result(
            f"{compared.name}.{tasks}", value, "ms", baseline, compared.against, compared.aim
        )
    yield Result(
        f"{compared.name}.growth",
        taken[f"person {large}"],
        "ms",
        taken[f"person {small}"],
        f"with {small:,} tasks in the table instead of {large:,}",
        compared.aim if compared.stays_flat else None,
    )


def _taken(ground: Ground, compared: Comparison) -> dict[str, float]:
    """Time both requests in both databases, all four in turn."""
    acts: dict[str, Act] = {}
    with ExitStack() as clients:
        for database in ground.databases():
            prove_guarded(database)
            person = clients.enter_context(database.person(ADA))
            service = clients.enter_context(database.service(ADA))
            found = json.loads(compared.as_person(person))
            expected = json.loads(compared.as_service(service))
            if not found or compared.same(found) != compared.same(expected):
                raise AssertionError(f"{compared.name}: the two do not answer the same")
            acts[f"person {database.tasks}"] = Act(partial(compared.as_person, person))
            acts[f"service {database.tasks}"] = Act(partial(compared.as_service, service))
        return interleaved(acts, turns=ground.turns)


def prove_guarded(database: Database) -> None:
    """See that a person is under row level security here, and the service role is not."""
    counts = []
    for who in (database.person(ADA), database.service(ADA)):
        with who:
            rows = who.read("learning_plans", select="id", visibility="eq.private")
            counts.append(len(json.loads(rows)))
    plans_of_ada = 3
    if counts[0] != plans_of_ada or counts[1] <= plans_of_ada:
        raise AssertionError(f"{counts} private plans are seen: nothing is compared here")
