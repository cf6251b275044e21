"""Weekly letters while everything dies: each learner gets one a week, and the log knows of it.

Learners in zones all over the world; a clock that is driven through some weeks, by two schedulers
at once; workers that are killed at a seeded moment of their work; a Postgres that is stopped at
once in the middle; a mail service that is busy, breaks, loses its answers after it has taken the
letters, or says nothing; and its own word on every letter, told often, out of order, and among
forgeries. In the end its ledger has one letter for each learner and week and for each message, the
log says what the ledger says, and nothing is left behind.

First the harness shows that it can see: without the key that makes a repetition one sending, and
without the key that makes a week's second letter none, it finds two of each.
"""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, Self

from bench.mail import Crowd, connected
from tests.chaos.letters_judged import judged
from tests.edge.serving import PLENTY, Edge
from tests.fakes.postgrest_proxy import PostgrestProxy
from tests.fakes.resend import Resend
from tests.fakes.resend_webhooks import SECRET
from tests.jobs.post import JOBS, PostOffice
from tests.jobs.site import Site, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from learnbase.stack import Stack
    from tests.fakes.postgrest_proxy import Moment, Rule
    from tests.fakes.resend_ledger import Letter
    from tests.fakes.resend_webhooks import Event

LEARNERS = 120
KILLS = 60
WEEKS = 3
WORKERS = 3
LONGEST_STEP = 20.0  # hours: a tick that comes a day late makes nothing up
PATIENCE = 10.0  # seconds until somebody comes to the place where they are to die
LOOK = 0.05  # seconds between two looks
FEW, MANY = 100_000, 1_000_000
GROWTH = 2.0  # of the time for each learner, at most; ten where it grew with the square

ZONES = (
    *("Pacific/Kiritimati", "Pacific/Chatham", "Asia/Tokyo", "Asia/Kathmandu", "Asia/Kolkata"),
    *("Europe/Berlin", "UTC", "America/St_Johns", "America/New_York", "Pacific/Marquesas"),
)
MOMENTS: tuple[Moment, ...] = ("before", "after")
PLACES = [
    (f"{what}_{job}", moment)
    for job in ("weekly_summary", *("write_letters", "send_email") * 2)
    for what in ("load", "complete")
    for moment in MOMENTS
]
SILENCES = ("hang", "commit_then_hang")
AT_THE_SERVICE = 0.4  # of all deaths
TROUBLE = ("busy", "error", "drop", "commit_then_drop", "commit_then_error", "garbage")
COURSES = (
    *(("sent", "delivered"), ("sent", "delivered", "opened"), ("sent", "delayed", "delivered")),
    *(("sent", "bounced"), ("sent", "delivered", "opened", "clicked"), ("sent", "complained")),
)

LEARNER = """
    insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
    select gen_random_uuid(), 'learner-' || n || '@example.com', now(), '{"name": "Ada"}'
    from generate_series(1, %s) n
"""
IN_ZONES = """
    update public.users u set time_zone = z.zone
    from (
        select id, (%s::text[])[1 + (row_number() over (order by email)) %% %s] as zone
        from public.users
    ) z
    where z.id = u.id
"""
PLANS = """
    with p as (
        insert into public.learning_plans
            (user_id, topic, skill_level, weekly_hours, learning_style, start_date)
        select u.id, 'Sailing', 'beginner', 5, 'mixed', date_trunc('week', now())::date - 7
        from public.users u returning id
    ), m as (
        insert into public.modules (plan_id, "order", title, estimated_minutes)
        select p.id, n, 'Week ' || n, 300 from p, generate_series(1, 3) n returning id
    )
    insert into public.tasks (module_id, "order", day, title, description, estimated_minutes)
    select m.id, n, n, 'Task ' || n, 'What to do', 60 from m, generate_series(1, 2) n
"""
LATE_HOURS = "select private.summary_hour(4::smallint, '18:00', z) from unnest(%s::text[]) z"
MOVE = "update public.summary_times set weekday = 4, time_of_day = '18:00' where user_id = %s"
TELL = "select worker.send_notification(%s, 'welcome', '{}', %s)"
QUEUE = "select private.enqueue_weekly_summaries(%s)"
# Where a text stands in a function, and what stands there in its stead.
UNKEYED = ("worker.load_send_email", "'learnbase/' || batch.id", "'k/' || gen_random_uuid()")
UNDEDUPED = (
    "private.apply_weekly_summary",
    "'email:weekly:' || u.id || ':' || (message ->> 'week')",
    "'email:weekly:' || u.id || ':' || (message ->> 'week') || gen_random_uuid()",
)


@dataclass
class Course:
    """What happened, and what of it must not."""

    broken: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)


def run(stack: Stack, seed: int, size: int | None) -> dict[str, Any]:
    """Follow ``size`` learners; before that, see that a second letter is noticed."""
    missed = unseen(stack)
    learners = size or LEARNERS
    course = live(stack, learners, seed, kills=max(2, learners * KILLS // LEARNERS))
    growth = queued(stack) if size is None else {}
    steep = growth.get("growth", 0) > GROWTH
    return {
        **course.figures,
        **growth,
        "flaws_missed": missed,
        "broken": course.broken,
        "ok": not (course.broken or missed or steep),
    }


def unseen(stack: Stack) -> list[str]:
    """Take both keys away, let happen what they are for, and return what was not noticed."""
    with Ground(stack, 1) as ground:
        for flaw in (UNKEYED, UNDEDUPED):
            ground.spoil(*flaw)
        lives = Lives(ground, random.Random(0), weeks=1)  # noqa: S311 - no secret
        came = ground.next_request("commit_then_hang")
        lives.go_on(dt.timedelta(days=2, hours=20))
        with ground.worker(0) as doomed:
            assert came.wait(3 * PATIENCE)
            doomed.kill()
        ground.work()
        lives.move()
        lives.go_on(dt.timedelta(days=7))
        ground.work()
        broken = judged(ground, {}, weeks=1)
        return [
            name for name in ("a letter sent twice", "not one letter a week") if name not in broken
        ]


def live(
    stack: Stack,
    learners: int,
    seed: int,
    *,
    kills: int,
    weeks: int = WEEKS,
    workers: int = WORKERS,
) -> Course:
    """Let so many learners have their letters while workers are killed, and judge."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    with Ground(stack, learners, workers) as ground:
        lives = Lives(ground, dice, weeks)
        lives.disturbed(kills)
        lives.settled()
        with ground.edge() as url:
            lives.told(url)
        course = Course(judged(ground, lives.said, weeks), lives.figures())
        if lives.refused_wrongly:
            course.broken["an event not believed"] = lives.refused_wrongly
        return course


def queued(stack: Stack) -> dict[str, Any]:
    """Queue many learners' letters with one statement, and compare with few."""
    name = "letters_of_many"
    stack.fresh_database(name)
    try:
        with connected(stack, name) as connection:
            crowd = Crowd(connection)
            crowd.grow(FEW)
            few = median(crowd.queued() for _ in range(3)) / FEW
            crowd.grow(MANY)
            seconds = median(crowd.queued() for _ in range(3))
    finally:
        stack.drop_database(name)
    return {"queued": MANY, "seconds": round(seconds, 2), "growth": round(seconds / MANY / few, 2)}


class Ground:
    """A database with learners, the mail service, and a way in for each worker."""

    def __init__(self, stack: Stack, learners: int, workers: int = 1) -> None:
        self.stack, self._learners, self._workers = stack, learners, workers
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as ends:
            self.site = Site(self.stack, "letters")
            ends.callback(self.stack.drop_database, self.site.name)
            # One each, so that who comes there is known.
            self.doors = [
                ends.enter_context(PostgrestProxy(self.site.rest)) for _ in range(self._workers)
            ]
            self.resend = ends.enter_context(Resend())
            self.office = PostOffice(self.site, self.resend, self.doors[0].url, self._nobody)
            patience = "lease_seconds = 3, max_failures = 400, max_lost_deliveries = 100"
            self.site.sql(f"update worker.queues set {patience}")  # noqa: S608 - no input
            self._populated()
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *problem: object) -> None:
        self._ends.close()

    def worker(self, door: int = 0, *arguments: str) -> Worker:
        """Hire one who comes in by a door."""
        url, settings = self.doors[door].url, self.office.settings
        return Worker(url, self.site.key, *JOBS, *arguments, **settings)

    def work(self, rounds: int = 20) -> None:
        """Let workers come, and waits go by, until nothing is under way."""
        for _ in range(rounds):
            if not self.office.waiting():
                return
            self.office.later()
            with self.worker(0, "--drain") as last:
                assert last.wait() == 0

    def next_request(self, behaviour: str) -> threading.Event:
        """Let the service behave so, once; set when somebody meets it."""
        came = threading.Event()

        def is_it(request: Any) -> bool:  # noqa: ARG001 - the shape of a predicate
            came.set()
            return True

        self.resend.next(behaviour, matching=is_it)
        return came

    @contextmanager
    def edge(self) -> Iterator[str]:
        """Where the service tells of letters."""
        known = self.stack.env()
        env = {name: known[name] for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_JWT_SECRET")}
        with Edge(
            {
                **env,
                "SUPABASE_URL": self.doors[0].url,
                "SUPABASE_SECRET_KEY": self.site.key,
                "RESEND_WEBHOOK_SECRET": SECRET,
                "EDGE_REQUESTS_PER_MINUTE": PLENTY,
            }
        ) as edge:
            yield f"{edge.url}/webhooks/resend"

    def spoil(self, function: str, old: str, new: str) -> None:
        """Take a protection away."""
        [row] = self.site.sql("select pg_get_functiondef(%s::regproc) as body", function)
        assert old in row["body"], f"{function} has changed: adapt the flaw"
        # Without parameters, so that a % in it is one.
        self.site.sql(row["body"].replace(old, new))

    @staticmethod
    def _nobody(*arguments: str, **settings: str) -> Worker:
        raise AssertionError(f"nobody is hired like this: {arguments}, {settings}")

    def _populated(self) -> None:
        sql = self.site.sql
        sql(LEARNER, self._learners)
        sql(IN_ZONES, list(ZONES), len(ZONES))
        sql(PLANS)
        sql(LATE_HOURS, list(ZONES))
        self.people = [str(row["id"]) for row in sql("select id from public.users order by email")]
        self.office.quiet()


class Lives:
    """What happens to learners, workers and the database as weeks go by."""

    def __init__(self, ground: Ground, dice: random.Random, weeks: int) -> None:
        """Begin on a Sunday on which it is Monday nowhere."""
        self.ground, self.dice = ground, dice
        self.said: dict[str, list[Event]] = {}
        self.refused_wrongly: list[str] = []
        self._happened = Counter[str]()
        self._untold = list(ground.people)
        self._early = ground.people[:]
        today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.at = today + dt.timedelta(days=13 - today.weekday(), hours=6)
        self.end = self.at + dt.timedelta(weeks=weeks)
        # What was due until then is another week's.
        ground.site.sql(QUEUE, self.at)
        ground.site.sql("delete from pgmq.q_weekly_summary")

    def disturbed(self, kills: int) -> None:
        """Let time go by and things happen, and kill workers in the middle of them."""
        ground, step = self.ground, (self.end - self.at) / kills
        with ExitStack() as ends:
            crews = [ends.enter_context(ExitStack()) for _ in ground.doors]
            for door, crew in enumerate(crews):
                crew.enter_context(ground.worker(door))
            for number in range(kills):
                self._happen()
                if number == kills // 2:
                    self._pull_the_plug()
                doomed = self._kill(crews, lambda: self.go_on(step))
                self._happened["kills"] += len(doomed)
                for door in doomed:
                    crews[door].enter_context(ground.worker(door))
                if self.dice.random() < 0.5:
                    ground.office.later()
        self.go_on(self.end - self.at)

    def go_on(self, span: dt.timedelta) -> None:
        """Let the clock tick for so long, by two schedulers at once."""
        until = min(self.at + span, self.end)
        while self.at < until:
            self.at += dt.timedelta(hours=self.dice.uniform(0.25, LONGEST_STEP))
            self.at = min(self.at, until)
            both = [
                threading.Thread(target=self.ground.site.sql, args=(QUEUE, self.at))
                for _ in range(2)
            ]
            for one in both:
                one.start()
            for one in both:
                one.join()
        self.ground.site.sql("select private.enqueue_letters()")

    def move(self) -> None:
        """Somebody who had this week's letter chooses a later hour of the week."""
        if self.at.weekday() in {1, 2} and self._early:
            person = self._early.pop(self.dice.randrange(len(self._early)))
            self.ground.site.sql(MOVE, person)
            self._happened["moved"] += 1

    def settled(self) -> None:
        """All of it is brought about in peace."""
        self.ground.resend.calm()
        self.ground.work()
        self.ground.site.sql("select private.enqueue_letters(now() + interval '2 hours')")
        self.ground.work()

    def told(self, url: str) -> None:
        """The service tells everything of each letter, thrice, in any order, among forgeries."""
        says = self.ground.resend.webhooks
        for letter in self.ground.resend.letters:
            kinds = self.dice.choice(COURSES)
            self.said[letter.notification_id] = [
                says.event(letter, "delivery_delayed" if what == "delayed" else what)
                for what in kinds
            ]
        events = [event for told in self.said.values() for event in told]
        statuses = says.storm(url, events, self.dice)
        self.refused_wrongly += [f"status {status}" for status in statuses if status != 200]
        self._happened["events"] = len(events)
        for letter in self.ground.resend.letters[:3]:
            self._forged(url, letter)

    def figures(self) -> dict[str, Any]:
        """What is reported."""
        resend = self.ground.resend
        return {
            "learners": len(self.ground.people),
            "letters": len(resend.letters),
            "requests": len(resend.requests),
            **self._happened,
        }

    def _happen(self) -> None:
        """Somebody is told something, so that there is work, and something good or bad."""
        self._tell()
        for _ in range(2):
            self.dice.choice((self._trouble, self._trouble, self.move))()

    def _trouble(self) -> None:
        self.ground.resend.next(self.dice.choice(TROUBLE))

    def _tell(self) -> None:
        """Two things that somebody is told of, one of them twice; mail waits no longer."""
        if self._untold:
            person = self._untold.pop(self.dice.randrange(len(self._untold)))
            for what in ("one", "other", "one"):
                self.ground.site.sql(TELL, person, f"{what}:{person}")
            self.ground.site.sql(
                "update public.notifications set due_at = now() where due_at is not null"
            )
            self._happened["messages"] += 2

    def _kill(self, crews: list[ExitStack], act: Callable[[], None]) -> list[int]:
        """Let something be done, and kill who comes to a seeded place of it; answers which."""
        ground, dice = self.ground, self.dice
        rules: list[Rule] = []
        if dice.random() < AT_THE_SERVICE:
            came = ground.next_request(dice.choice(SILENCES))
            act()
            self._wait(came.is_set)
            doomed = list(range(len(crews)))  # nobody knows who of them waits for an answer
        else:
            function, moment = dice.choice(PLACES)
            rules = [door.hold(function, moment) for door in ground.doors]
            act()
            self._wait(lambda: any(rule.arrived.is_set() for rule in rules))
            doomed = [door for door, rule in enumerate(rules) if rule.arrived.is_set()]
            doomed = doomed or [dice.randrange(len(crews))]
        for door in doomed:
            crews[door].close()  # leaving kills
        for door, rule in enumerate(rules):
            rule.release(passes_on=door not in doomed)
            ground.doors[door].forget_rules()
        ground.resend.calm()
        return doomed

    def _wait(self, until: Callable[[], bool]) -> None:
        """Wait for somebody to come, as long as there is work for which they may."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.ground.office.waiting():
            if until():
                self._happened["killed_at_the_place"] += 1
                return
            time.sleep(LOOK)

    def _pull_the_plug(self) -> None:
        self.ground.stack.stop_database("immediate")
        self.ground.stack.start_database()
        self._happened["database_stops"] += 1

    def _forged(self, url: str, letter: Letter) -> None:
        """Somebody else says that a letter was complained of."""
        says, was = self.ground.resend.webhooks, letter.last_event
        event = says.event(letter, "complained")
        letter.last_event = was
        status = says.send(url, event, says.forged(event))
        if status != 401:
            self.refused_wrongly.append(f"a forgery: status {status}")
