"""Exports while plans change and workers are killed: nothing doubled, missing or stuck.

Learners with accounts at Notion, whose lists lag, and at Google edit, tick, cancel, export again
and take away; the services are in trouble now and then; workers are killed in the middle of
requests that were carried out, or not. In the end what is there is what each plan says, or nothing
where that was asked for.

Then a crowd goes through one worker: some long exports came first, and the short ones do not wait
for their end. And one worker stands still until another has done its work, and wakes up.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tests.fakes.google import Google
from tests.fakes.notion import Notion
from tests.fakes.postgrest_proxy import PostgrestProxy
from tests.jobs.abroad import JOBS, Abroad
from tests.jobs.site import Newcomer, Site, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from learnbase.stack import Stack
    from tests.jobs.abroad import Export

LEARNERS = 40
EVENTS_FOR_EACH = 8
EVENTS_TO_A_KILL = 4
LAG = 12  # seconds
PATIENCE = 20  # seconds
MOST_MEGABYTES = 300
LONG, SHORT = 10, 50  # exports of a crowd, one for each slot of a worker and many more
TASKS_OF_A_LONG_ONE = 200
DEATHS = {"notion": ("hang", "commit_then_hang"), "google": ("hang", "commit_then_drop")}
TROUBLE = ("busy", "error", "garbage", "drop", "commit_then_drop", "unauthorized")
FORGETS_WHAT_IS_UNDER_WAY = """
    create function private.forget_item() returns trigger language plpgsql set search_path = ''
        as $$ begin return case when new.state = 'sending' then null else new end; end $$;
    create trigger export_items_forget before insert or update on public.export_items
        for each row execute function private.forget_item();
"""
TWO_AT_A_TIME = """
    select connection_id from public.exports where under_way group by 1 having count(*) > 1
"""
STUCK = """
    select e.id, e.status, e.error from public.exports e
    where e.status in ('queued', 'running', 'failed') or e.needs is not null
"""
UNCONFIRMED = "select id, user_id from public.exports where needs = 'word'"


@dataclass
class Course:
    """What happened, and what of it must not."""

    broken: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, what: str, which: object) -> None:
        self.broken.setdefault(what, []).append(str(which)[:1500])


def run(stack: Stack, seed: int, size: int | None) -> dict[str, Any]:
    """Follow ``size`` learners; before that, see that a doubled page is noticed."""
    sees = "a doubled item" in forget(stack).broken
    learners = size or LEARNERS
    course = live(stack, learners, seed, kills=learners * EVENTS_FOR_EACH // EVENTS_TO_A_KILL)
    full = size is None
    for part in (crowd, wake_up) if full else ():
        more = part(stack)
        course.broken |= more.broken
        course.figures |= more.figures
    return {
        **course.figures,
        "sees_a_doubled_item": sees,
        "broken": course.broken,
        "ok": not course.broken and sees,
    }


class Ground:
    """A database, both services, and what is needed to work between them."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as ends:
            self.site = Site(self._stack, "exports")
            ends.callback(self._stack.drop_database, self.site.name)
            self.proxy = ends.enter_context(PostgrestProxy(self.site.rest))
            notion = ends.enter_context(Notion(lag=LAG))
            self.abroad = Abroad(self.site, notion, ends.enter_context(Google()))
            patience = "lease_seconds = 60, max_failures = 100, max_lost_deliveries = 100"
            self.site.sql(f"update worker.queues set {patience}")  # noqa: S608 - no input
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *problem: object) -> None:
        self._ends.close()

    def worker(self, *arguments: str, kind: type[Worker] = Worker) -> Worker:
        return kind(self.proxy.url, self.site.key, *JOBS, *arguments, **self.abroad.settings)

    def first_page(self, act: Callable[[], None], behaviour: str = "slow") -> threading.Event:
        """Act when somebody makes a page at Notion for the first time; set when it is made."""
        made = threading.Event()

        def is_it(request: Any) -> bool:
            if made.is_set() or (request.method, request.path) != ("POST", "/v1/pages"):
                return False
            act()
            made.set()
            return True

        self.abroad.notion.next(behaviour, matching=is_it)
        return made

    def drain(self, rounds: int = 20) -> None:
        """Let workers come, time go by, and learners give their word, until nothing is left."""
        for _ in range(rounds):
            with self.worker("--drain") as last:
                assert last.wait() == 0
            for row in self.site.sql(UNCONFIRMED):
                self.site.call("confirm_export", str(row["user_id"]), export_id=str(row["id"]))
            if not self.abroad.under_way():
                return
            self.abroad.later()


def live(stack: Stack, learners: int, seed: int, *, kills: int) -> Course:
    """Let so many learners export while workers are killed, and judge."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    with Ground(stack) as ground:
        exports = [
            ground.abroad.learner(("notion", "google")[number % 2], tasks=dice.randrange(2, 5))
            for number in range(learners)
        ]
        for export in exports:
            export.start()
        lives = _Lives(ground, exports, dice)
        lives.disturbed(kills)
        lives.settled()
        return lives.judged()


class _Lives:
    """What learners want by now, and what happens to them."""

    def __init__(self, ground: Ground, exports: list[Export], dice: random.Random) -> None:
        self.ground, self.exports, self.dice = ground, exports, dice
        self.course = Course()
        self.is_wanted = dict.fromkeys((export.person for export in exports), True)
        self.kills = self.deaths = 0

    def disturbed(self, rounds: int) -> None:
        """Let things happen, kill a worker in the middle of a request, and let things happen."""
        happen: tuple[Callable[[Export], None], ...] = (
            *(self._ask, self._ask, self._ask, self._rename, self._rename, self._tick),
            *(self._drop, self._remove, self._cancel, self._trouble),
        )
        for number in range(rounds):
            if number:
                for _ in range(EVENTS_TO_A_KILL):
                    self.dice.choice(happen)(self.dice.choice(self.exports))
            self._kill()
            for row in self.ground.site.sql(TWO_AT_A_TIME):
                self.course.add("two exports of an account at a time", row)

    def _kill(self) -> None:
        """Kill a worker as soon as one of some requests is there, or after a while."""
        abroad, came = self.ground.abroad, threading.Event()
        under_way = {row["id"] for row in abroad.under_way()}
        busy = [export for export in self.exports if export.row["id"] in under_way]
        for export in self.dice.sample(busy, min(3, len(busy))):
            export.meets(self.dice.choice(DEATHS[export.provider]), self.dice.randrange(1, 6), came)
        with self.ground.worker() as doomed:
            self.deaths += came.wait(PATIENCE / 2 if busy else 1)
            doomed.kill()
        self.kills += 1
        abroad.calm()
        if self.dice.random() < 0.5:
            abroad.later()
        else:  # whoever comes next comes before lists show what was made
            self.ground.site.expire_leases()

    def settled(self) -> None:
        """Everybody asks once more for what they want; it is brought about in peace."""
        self.ground.abroad.calm()
        self.ground.drain()
        for export in self.exports:
            (self._ask if self.is_wanted[export.person] else self._remove)(export)
        self.ground.drain()

    def judged(self) -> Course:
        course, abroad = self.course, self.ground.abroad
        for what, found in (
            ("a doubled item", abroad.doubled()),
            ("a request that no contract allows", abroad.violations()),
            ("a dead letter", self.ground.site.dead_letters()),
            ("an export that is stuck", self.ground.site.sql(STUCK)),
        ):
            for one in found[:5]:
                course.add(what, one)
        for export in self.exports:
            try:
                export.expect_all() if self.is_wanted[export.person] else export.expect_nothing()
            except AssertionError as wrong:
                course.add("what is there is not what was asked for", f"{export.row} {wrong}")
        requests = len(abroad.notion.requests) + abroad.google.http_requests
        course.figures = {
            "learners": len(self.exports),
            "kills": self.kills,
            "killed_in_a_request": self.deaths,
            "requests": requests,
        }
        return course

    # What happens

    def _ask(self, export: Export) -> None:
        export.start()
        self.is_wanted[export.person] = True

    def _remove(self, export: Export) -> None:
        export.ask("remove")
        self.is_wanted[export.person] = False

    def _cancel(self, export: Export) -> None:
        if export.row["status"] in {"queued", "running"}:
            export.ask("cancel")

    def _rename(self, export: Export) -> None:
        export.rename(self._number(export), f"Task {self.dice.randrange(10**6)}")

    def _tick(self, export: Export) -> None:
        export.tick(self._number(export))

    def _drop(self, export: Export) -> None:
        export.drop(self._number(export))

    def _trouble(self, export: Export) -> None:
        export.meets(self.dice.choice(TROUBLE))

    def _number(self, export: Export) -> int:
        return self.dice.randrange(len(export.tasks))


def forget(stack: Stack) -> Course:
    """Kill a worker that made a page, with books that forget what is under way."""
    with Ground(stack) as ground:
        ground.site.sql(FORGETS_WHAT_IS_UNDER_WAY)
        export = ground.abroad.learner("notion", tasks=1)
        export.start()
        made = ground.first_page(lambda: None, "commit_then_hang")
        with ground.worker() as doomed:
            assert made.wait(PATIENCE)
            doomed.kill()
        ground.site.expire_leases()
        ground.drain()
        course = Course()
        for key in ground.abroad.doubled():
            course.add("a doubled item", key)
        return course


def crowd(stack: Stack) -> Course:
    """Long exports first and short ones after them, through the ten slots of one worker."""
    with Ground(stack) as ground:
        long = [ground.abroad.learner("notion", TASKS_OF_A_LONG_ONE) for _ in range(LONG)]
        short = [ground.abroad.learner(("notion", "google")[n % 2]) for n in range(SHORT)]
        for export in (*long, *short):
            export.start()
        with ground.worker("--drain", kind=Newcomer) as worker:
            _, _, used = os.wait4(worker.process.pid, 0)
        course = Course()
        for export in (*long, *short):
            try:
                export.expect_all()
            except AssertionError as wrong:
                course.add("what is there is not what was asked for", f"{export.row} {wrong}")
        began = min(export.row["created_at"] for export in long)
        of_the_short, of_the_long = (
            [(export.row["finished_at"] - began).total_seconds() for export in which]
            for which in (short, long)
        )
        if max(of_the_short) > min(of_the_long):
            course.add("a short export waits for the end of a long one", max(of_the_short))
        megabytes = used.ru_maxrss // 1024
        if megabytes > MOST_MEGABYTES:
            course.add("too much memory", megabytes)
        course.figures = {
            "crowd": len(long) + len(short),
            "megabytes_of_its_worker": megabytes,
            "seconds_of_the_last_short_one": round(max(of_the_short), 1),
            "seconds_of_the_first_long_one": round(min(of_the_long), 1),
        }
        return course


def wake_up(stack: Stack) -> Course:
    """Stop a worker with pages announced, let another one make them, and wake it up."""
    with Ground(stack) as ground:
        export = ground.abroad.learner("notion", tasks=8)
        export.start()
        with ground.worker("--drain") as slow, ground.worker() as quick:
            quick.signal(signal.SIGSTOP)
            made = ground.first_page(lambda: slow.signal(signal.SIGSTOP))
            assert made.wait(PATIENCE)
            ground.site.expire_leases()
            quick.signal(signal.SIGCONT)
            for times in (1, 2):  # what is in doubt is looked at later
                ground.proxy.wait_for("complete_export_notion", times)
            slow.signal(signal.SIGCONT)
            assert slow.wait() == 0
            assert quick.stop() == 0
        ground.drain()
        course = Course()
        for key in ground.abroad.doubled():
            course.add("a page doubled by a worker that woke up late", key)
        return course
