"""Google's sign-in and its Calendar on loopback, with a ledger and a mood for each next request.

Also a process of its own: `python -m tests.fakes.google --port 0` says where it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes import google_moods, google_outside, google_wire
from tests.fakes.google_calendars import Calendars
from tests.fakes.google_contract import AUTH, discovery
from tests.fakes.google_moods import Mood, Moods
from tests.fakes.google_sign_in import SignIn
from tests.fakes.google_wire import API, FAULTS, PART_FAULTS, Answer, Call, Wrong, no
from tests.fakes.loopback import Loopback
from tests.fakes.oauth import Authority, Clock, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.oauth import Account

__all__ = ["FAULTS", "PART_FAULTS", "SCOPES", "Answer", "Call", "Google"]

BATCH = "/batch/calendar/v3"
SCOPES = frozenset(
    {"openid", "email", f"{AUTH}calendar.app.created", f"{AUTH}calendar.events.freebusy"}
)
"""What Learnbase asks for."""

KIND, MOST_PARTS = 50, 1000
_LONG_NAMES = {"email": f"{AUTH}userinfo.email", "profile": f"{AUTH}userinfo.profile"}
_DISCOVERY = discovery()


class Google(google_outside.Outside, Loopback):
    """Does what it is asked for, unless told otherwise: `next("busy")`, `at(3, "drop")`, …

    What it can be told: the names in `FAULTS`, and "missing", "gone", "changed", "forbidden",
    "duplicate", "slow" (detail: seconds). Parts of a batch: the same without the hanging and the
    huge, told by `part`.

    Attributes:
        authority: Who signs people in; `authority.visitor` sits before the browser.
        calendars: What the service keeps.
        quota: Calls per second and how many at once, for each person; None: without a limit. It is
            measured in the fake's clock. Each part of a batch counts.
        says: How it refuses what is over the quota: "busy", "user_busy" or "too_many".
        kind: The most parts that a batch may have.
        disorder: The parts of a batch are done from the last to the first.
        log: Every request, in the order of arrival; the parts of a batch in its `parts`.
        over_quota: How many calls were refused for it.
        violations: What the discovery document does not allow; the answer was 400.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        quota: tuple[float, float] | None = None,
        kind: int = KIND,
        client: tuple[str, str] = ("google-client", "google-secret"),
    ) -> None:
        self.clock = clock or Clock()
        self.authority = Authority(
            *client, rotate=False, pkce=True, clock=self.clock, prefixes=("ya29.", "1//")
        )
        self.calendars = Calendars(self.clock)
        self.quota, self.says, self.kind, self.disorder = quota, "busy", kind, False
        self.log: list[Call] = []
        self.over_quota = 0
        self.violations: list[str] = []
        self._moods, self._part_moods = Moods(), Moods()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._sign_in = SignIn(self.authority)

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/o/oauth2/v2/auth", self._authorize)
        app.router.add_post("/token", self._oauth)
        app.router.add_post("/revoke", self._oauth)
        app.router.add_get("/oauth2/v3/userinfo", self._oauth)
        app.router.add_get("/v1/userinfo", self._oauth)
        app.router.add_post(BATCH, self._api)
        app.router.add_route("*", f"{API}/{{rest:.*}}", self._api)

    async def opened(self) -> None:
        self._go_on = asyncio.Event()

    async def closed(self) -> None:
        self._go_on.set()

    def go_on(self) -> None:
        """Let those go that a "hang" holds."""
        self.loop.call_soon_threadsafe(self._go_on.set)

    def next(
        self,
        behaviour: str,
        detail: Any = None,
        *,
        times: int = 1,
        matching: Callable[[Call], bool] | None = None,
    ) -> None:
        """Tell what to do with the next requests, of those that match.

        Without `matching` these are the requests of the Calendar, a batch being one. With it the
        sign-in's are asked as well.
        """
        self._moods.add(Mood(behaviour, detail, matching=matching), times)

    def at(self, n: int, behaviour: str, detail: Any = None) -> None:
        """Tell what to do with the n-th request of the Calendar from now; 1 is the next one."""
        self._moods.add(Mood(behaviour, detail, self._moods.seen + n))

    def part(self, n: int, behaviour: str, detail: Any = None) -> None:
        """Tell what to do with the n-th part from now, of whatever batch; 1 is the next one."""
        self._part_moods.add(Mood(behaviour, detail, self._part_moods.seen + n))

    def permit(
        self, account: Account | None = None, scopes: frozenset[str] = SCOPES
    ) -> tuple[str, str]:
        """An access token and a refresh token, as if somebody had signed in already."""
        return self.authority.permit(account, scopes)

    @property
    def http_requests(self) -> int:
        """Requests of the Calendar, a batch being one."""
        return sum(call.is_calendars for call in self.log)

    @property
    def calls(self) -> list[Call]:
        """The calls of the Calendar, those in batches too."""
        return [
            c for r in self.log if r.is_calendars for c in (r.parts if r.path == BATCH else [r])
        ]

    @property
    def parts(self) -> int:
        return sum(len(request.parts) for request in self.log)

    @property
    def writes(self) -> int:
        """Calls that ask for a change, whatever became of them."""
        return sum(call.is_write for call in self.calls)

    @property
    def reads(self) -> int:
        return sum(not call.is_write for call in self.calls)

    @property
    def by_token(self) -> Counter[str]:
        """How many calls came with each access token."""
        return Counter(call.token for call in self.calls)

    async def _authorize(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self._came(request, None)
        try:
            back = self._sign_in.page(query)
        except Refused as problem:
            return web.Response(status=400, text=f"<h1>Error 400</h1><p>{problem}</p>")
        raise web.HTTPFound(back)

    async def _oauth(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        call = self._came(request, dict(form))
        mood = self._moods.met(call, 0)
        other = await google_moods.instead(request, call, mood, self._go_on)
        if other is not None:
            return other
        usual = google_moods.response(self._sign_in.answer(call, form), call)
        return await google_moods.sent(request, call, mood, usual)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        is_batch = request.path == BATCH
        call = self._came(request, None if is_batch else google_wire.read(content))
        self._moods.seen += 1
        mood = self._moods.met(call, self._moods.seen)
        if is_batch:
            try:
                call.parts = self._parts_of(call, content)
            except Wrong as wrong:
                self.violations.append(f"POST {BATCH}: {wrong.answer.body}")
                return google_moods.response(wrong.answer, call)
        other = await google_moods.instead(request, call, mood, self._go_on)
        if other is not None:
            return other
        if is_batch:
            form, body = google_wire.multipart(self._answers(call.parts))
            call.status = 200
            usual = web.Response(body=body, headers={"Content-Type": form})
        else:
            usual = google_moods.response(self._answer(call), call)
        return await google_moods.sent(request, call, mood, usual)

    def _came(self, request: web.Request, body: Any) -> Call:
        """Enter a request into the log."""
        path = request.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = {name: request.query.getall(name) for name in request.query}
        call = Call(self.clock(), request.method, path.removeprefix(API), query, headers, body)
        call.is_calendars = path == BATCH or path.startswith(f"{API}/")
        self.log.append(call)
        return call

    def _parts_of(self, call: Call, content: bytes) -> list[Call]:
        parts = google_wire.calls(call, content)
        if len(parts) > min(self.kind, MOST_PARTS):
            raise google_wire.bad("badRequest", "The batch request contains too many calls.")
        return parts

    def _answers(self, parts: list[Call]) -> list[tuple[Call, Answer | None]]:
        """What becomes of the parts of a batch, in their order; None: it is not said."""
        first = self._part_moods.seen + 1
        self._part_moods.seen += len(parts)
        order = list(enumerate(parts))
        answers: dict[int, Answer | None] = {}
        for place, part in reversed(order) if self.disorder else order:
            answers[place] = self._part(part, self._part_moods.met(part, first + place))
        return [(part, answers[place]) for place, part in order]

    def _part(self, part: Call, mood: Mood) -> Answer | None:
        refused = google_wire.refused(mood.behaviour, mood.detail)
        if refused is not None:
            part.status = refused.status
            return refused
        if mood.behaviour in {"drop", "garbage"}:
            return Answer(0) if mood.behaviour == "garbage" else None
        answer = self._answer(part)
        part.status = answer.status
        match mood.behaviour:
            case "":
                return answer
            case "commit_then_drop":
                return None
            case "commit_then_error":
                return google_wire.refused("error", mood.detail)
        raise ValueError(f"a part does not know the behaviour {mood.behaviour!r}")

    def _answer(self, call: Call) -> Answer:
        """Do one call, wherever it stands."""
        try:
            permission = self.authority.permission(call.token)
            if permission is None:
                raise no("unauthorized")
            if not self._has_room(permission.account.id):
                self.over_quota += 1
                raise no(self.says)
            if _DISCOVERY:
                wrong = _DISCOVERY.broken(call.method, call.path, call.query, call.body)
                self.violations += wrong
                if wrong:
                    raise google_wire.bad("badRequest", "; ".join(wrong))
            answer = self.calendars.answer(call, permission)
            if (mask := call.one("fields")) and answer.body is not None:
                body = google_wire.masked(answer.body, mask)
                return Answer(answer.status, body, answer.headers)
        except Wrong as problem:
            return problem.answer
        return answer

    def _has_room(self, who: str) -> bool:
        if self.quota is None:
            return True
        rate, burst = self.quota
        now = self.clock()
        room, before = self._buckets.get(who, (burst, now))
        room = min(burst, room + (now - before) * rate)
        self._buckets[who] = (room - 1 if room >= 1 else room, now)
        return room >= 1


def main() -> None:
    """Serve until told to stop; the first line says where."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.google")
    parser.add_argument("--port", type=int, choices=(0,), help="any that is free")
    parser.add_argument("--client-id", default="google-client")
    parser.add_argument("--client-secret", default="google-secret")
    parser.add_argument("--quota", type=float, help="calls a second for each person")
    told = parser.parse_args()
    quota = (told.quota, told.quota) if told.quota else None
    client = (told.client_id, told.client_secret)
    with Google(quota=quota, client=client) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
