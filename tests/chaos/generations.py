"""Plans from a model while workers are killed: none lost, none doubled, nothing paid twice in vain.

Learners ask for short plans and long ones; workers make them with a model on loopback that fails
now and then; and again and again a worker is killed in the middle of it. The model's own ledger
says what was paid. An answer that was paid for may be asked for again only if its worker died
before it could tell of it: the books then have a call that never ended.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.openai import OpenAI
from tests.fakes.postgrest_proxy import PostgrestProxy
from tests.jobs.site import Site, Worker

if TYPE_CHECKING:
    from learnbase.stack import Stack
    from tests.jobs.site import Asked

PLANS = 200
KILLS_FOR_EACH = 0.5
WORKERS = 3
SLOTS = 4
LONG = 70  # days: an outline and four chunks
SHORT = 21  # one answer
LONG_ONES = 0.4  # of all plans
# What a model does now and then; none of it is an answer.
FAULTS = (("busy", 0), ("status", 500), ("hang up", None))
FORGETFUL = """
    create function public.forget_draft() returns trigger language plpgsql as
    $$ begin new.draft := null; return new; end $$;
    create trigger forget before update on public.plan_generations
        for each row execute function public.forget_draft()
"""


@dataclass
class Course:
    """What happened, and what of it must not.

    Attributes:
        broken: Plans by what is wrong with them.
        figures: What is reported.
    """

    broken: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.broken

    def complain(self, what: str, about: str) -> None:
        self.broken.setdefault(what, []).append(about)


def run(stack: Stack, seed: int, size: int | None) -> dict[str, Any]:
    """Make ``size`` plans; before that, see that a draft that is forgotten is noticed."""
    blind = work(stack, 12, seed, flaw=FORGETFUL).holds
    course = work(stack, size or PLANS, seed)
    return {
        **course.figures,
        "sees_a_forgotten_draft": not blind,
        "broken": course.broken,
        "ok": course.holds and not blind,
    }


def work(stack: Stack, plans: int, seed: int, *, flaw: str | None = None) -> Course:
    """Let workers make so many plans while they are killed, and judge."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    site = Site(stack, "generations")
    try:
        if flaw:
            site.sql(flaw)
        patience = "lease_seconds = 3, max_failures = 100, max_lost_deliveries = 100"
        site.sql(f"update worker.queues set {patience}")  # noqa: S608 - no input
        long = 1.0 if flaw else LONG_ONES
        asked = {f"Sailing {number}": _ask(site, number, dice, long) for number in range(plans)}
        with OpenAI(delay=0.25) as model, PostgrestProxy(site.rest) as proxy:
            kills = _disturbed(site, proxy.url, model, dice, int(plans * KILLS_FOR_EACH) + 2)
            course = _judged(site, model, asked)
        course.figures |= {"plans": plans, "kills": kills}
        return course
    finally:
        stack.drop_database(site.name)


def _ask(site: Site, number: int, dice: random.Random, long: float) -> Asked:
    days = LONG if dice.random() < long else SHORT
    last = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days - 1)
    return site.ask(f"Sailing {number}", deadline_date=str(last))


def _disturbed(site: Site, url: str, model: OpenAI, dice: random.Random, kills: int) -> int:
    """Kill a worker after every few questions, so many in all; then let the others end."""
    env = {
        "OPENAI_API_KEY": "sk-test-1234567890",
        "OPENAI_BASE_URL": f"{model.url}/v1",
        "OPENAI_API": "responses",
    }

    def hire(*further: str) -> Worker:
        return Worker(url, site.key, "generate_plan", "--concurrency", str(SLOTS), *further, **env)

    crews = [ExitStack() for _ in range(WORKERS)]
    for crew in crews:
        crew.enter_context(hire())
    done = 0
    while done < kills and _left(site):
        for _ in range(dice.randrange(1, 6)):
            if dice.random() < 0.2:
                model.next(*dice.choice(FAULTS))
            model.asked.clear()
            model.asked.wait(2)
        crew = dice.choice(crews)
        crew.close()  # leaving kills
        crew.enter_context(hire())
        done += 1
    for crew in crews:
        crew.close()
    while _left(site):
        site.expire_leases()
        with hire("--drain") as last:
            last.wait()
    return done


def _left(site: Site) -> int:
    [row] = site.sql(
        "select count(*) from public.plan_generations where status in ('queued', 'running')"
    )
    return int(row["count"])


def _judged(site: Site, model: OpenAI, asked: dict[str, Asked]) -> Course:
    course = Course()
    for topic, plan in asked.items():
        try:
            site.expect_this_plan(plan)
        except AssertionError as problem:
            course.complain("not one whole plan", f"{topic}: {str(problem)[:200]}")
    paid = Counter(
        (_topic(call.messages), call.shape, _weeks(call.messages))
        for call in model.ledger
        if call.tokens != (0, 0)
    )
    twice = {question: times - 1 for question, times in paid.items() if times > 1}
    open_still = Counter(
        (row["topic"], row["purpose"].removeprefix("Model").lower())
        for row in site.sql(
            "select g.prompt ->> 'topic' as topic, c.purpose from private.model_calls c"
            " join public.plan_generations g on g.id = c.generation_id where c.ended_at is null"
        )
    )
    again = Counter[tuple[str, str]]()
    for (topic, shape, _), times in twice.items():
        again[topic, shape] += times
    for question, times in again.items():
        if times > open_still[question]:
            course.complain(
                "paid twice in vain", f"{question}: {times}, {open_still[question]} not told of"
            )
    course.figures = {
        "questions_paid": sum(paid.values()),
        "paid_twice": sum(twice.values()),
        "never_told_of": sum(open_still.values()),
    }
    return course


def _topic(messages: list[dict[str, str]]) -> str:
    found = re.search(r'"topic": "([^"]+)"', messages[1]["content"])
    return found[1] if found else "?"


def _weeks(messages: list[dict[str, str]]) -> str:
    found = re.search(r"Write the weeks ([\d, ]+)", messages[1]["content"])
    return found[1] if found else ""
