"""Resend on loopback: batches, idempotency keys, limits, quotas, webhooks and moods.

Also a process of its own: `python -m tests.fakes.resend --grant 10` says where it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from tests.fakes.loopback import Loopback
from tests.fakes.oauth import Clock
from tests.fakes.resend_ledger import Ledger, Letter, Request, Window
from tests.fakes.resend_moods import Moods, Refusal, refused
from tests.fakes.resend_rules import LONGEST_KEY, MOST_MAILS, broken, domain, refusal
from tests.fakes.resend_webhooks import SECRET, Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

API_KEY = "re_test_key"
DOMAIN = "mail.example.com"
KEY_LIVES = 24 * 3600
_DAY = 24 * 3600
_MOST_LISTED = 100


@dataclass(frozen=True)
class _Kept:
    """What was answered under a key; None while it is being done."""

    digest: str
    at: float
    answer: Json | None


class Resend(Ledger, Moods, Loopback):
    """Answers as the service does, unless told otherwise by `next` or `at`; `detail` in brackets.

    Nothing is done: `busy` (429; Retry-After, 1), `concurrent` (409), `daily` and `monthly` (429;
    Retry-After, none), `error` (status, 500), `unauthorized` (403), `security` (451), `hang` (no
    answer until this closes), `drop` (the connection closes), `huge` (an answer without end).
    It is done: `commit_then_drop`, `commit_then_hang`, `commit_then_error` (status, 502),
    `commit_then_cut` (half an answer), `garbage` (no JSON), `slow` (seconds, 0.2).

    Attributes:
        clock: Its time; `advance` moves it.
        daily: Letters that it takes a day; None: any number. `monthly` likewise.
        domains: Which it lets letters be from.
        suppressed: Addresses that it takes letters for and sends none to.
        latency: Seconds that each answer takes.
        webhooks: The events that it tells, see there.
    """

    def __init__(
        self,
        *,
        grant: int | None = None,
        daily: int | None = None,
        monthly: int | None = None,
        latency: float = 0,
        keeps: bool = True,
        clock: Clock | None = None,
        secret: str = SECRET,
    ) -> None:
        """Set up an account that has sent nothing.

        Args:
            grant: Requests a second; None: any number.
            daily: See above, as for `monthly` and `latency`.
            monthly: See there.
            latency: See there.
            keeps: Whether letters are kept whole; without, many need little memory.
            clock: Its time; the real one by default.
            secret: Signs what it tells.
        """
        super().__init__()
        self.clock = clock or Clock()
        self.daily, self.monthly, self.latency, self.keeps = daily, monthly, latency, keeps
        self.domains, self.suppressed = {DOMAIN}, set[str]()
        self.window = Window(grant, self.clock if clock else time.monotonic)
        self.webhooks = Webhooks(self.clock, secret)
        self.requests: list[Request] = []
        self.letters: list[Letter] = []
        self.violations: list[str] = []
        self._keys: dict[str, _Kept] = {}
        self._found: dict[str, Letter] = {}
        self._days: dict[int, int] = {}

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/emails/batch", self._batch)
        app.router.add_get("/emails/{id}", self._email)
        app.router.add_get("/emails", self._emails)
        app.router.add_get("/_ledger", self._ledger)
        app.router.add_route("*", "/{path:.*}", self._nowhere)
        app.on_response_prepare.append(self._say_limits)

    async def _stop(self) -> None:
        self.closing.set()
        await super()._stop()

    async def _batch(self, http: web.Request) -> web.StreamResponse:
        request = self._enter(http)
        request.key = http.headers.get("Idempotency-Key", "")
        permissive = http.headers.get("x-batch-validation", "strict") == "permissive"
        return await self._answer(http, request, lambda raw: self._taken(request, raw, permissive))

    async def _email(self, http: web.Request) -> web.StreamResponse:
        return await self._answer(
            http, self._enter(http), lambda _: self._one(http.match_info["id"])
        )

    async def _emails(self, http: web.Request) -> web.StreamResponse:
        return await self._answer(http, self._enter(http), lambda _: self._newest(http.query))

    def _enter(self, http: web.Request) -> Request:
        request = Request(self.clock(), http.method, http.path)
        self.requests.append(request)
        return request

    async def _answer(
        self, http: web.Request, request: Request, act: Callable[[bytes], Json]
    ) -> web.StreamResponse:
        """Do it, and answer in the mood of the moment."""
        # Counted as it comes, though read to its end all the same: who is cut off hears no refusal.
        no = self._unwelcome(http)
        raw = await http.read()
        request.digest = hashlib.sha256(raw).hexdigest()
        try:
            if no is not None:
                raise no
            mood = self.met(request)
            before = await self.instead(http, request, mood)
            if before is not None:
                return before
            release = self._begin(request)
            try:
                await asyncio.sleep(self.latency)
                answer = act(raw)
            finally:
                release()
        except Refusal as said:
            return refused(request, said)
        return await self.afterwards(http, request, mood, answer)

    def _unwelcome(self, http: web.Request) -> Refusal | None:
        """Why somebody is not let in; None: they are."""
        if not http.headers.get("User-Agent"):
            return Refusal("invalid_api_key", "error code: 1010")
        given = http.headers.get("Authorization", "")
        if not given.startswith("Bearer "):
            return Refusal("missing_api_key")
        if given != f"Bearer {API_KEY}":
            return Refusal("invalid_api_key")
        return None if self.window.take() else Refusal("rate_limit_exceeded", wait=1)

    def _begin(self, request: Request) -> Callable[[], None]:
        """Hold the key of a request while it is being done.

        Raises:
            Refusal: Another request holds it.
        """
        key = request.key
        kept = self._keys.get(key)
        if kept is None or self.clock() - kept.at >= KEY_LIVES:
            if key:
                self._keys[key] = _Kept(request.digest, self.clock(), None)

            def release() -> None:
                if key in self._keys and self._keys[key].answer is None:
                    del self._keys[key]

            return release
        if kept.answer is None and kept.digest == request.digest:
            raise Refusal("concurrent_idempotent_requests")
        return lambda: None

    def _taken(self, request: Request, raw: bytes, permissive: bool) -> Json:
        if len(request.key) > LONGEST_KEY:
            raise Refusal("invalid_idempotency_key")
        kept = self._keys.get(request.key)
        if kept is not None and kept.digest != request.digest:
            raise Refusal("invalid_idempotent_request")
        if kept is not None and kept.answer is not None:
            return kept.answer
        mails = self._mails(raw)
        request.count = len(mails)
        refusals = [refusal(mail) for mail in mails]
        errors = [{"index": place, "message": why} for place, why in enumerate(refusals) if why]
        if errors and not permissive:
            raise Refusal("validation_error", str(errors[0]["message"]), status=422)
        if strange := {domain(mail) for mail in mails if not refusal(mail)} - self.domains:
            said = f"The {min(strange)} domain is not verified."
            raise Refusal("validation_error", said, status=403)
        accepted = [mail for mail, why in zip(mails, refusals, strict=True) if not why]
        self._count_letters(len(accepted))
        answer: Json = {"data": [{"id": self._take(mail, request.key)} for mail in accepted]}
        if permissive:
            answer["errors"] = errors
        request.is_done = True
        if request.key:
            self._keys[request.key] = _Kept(request.digest, self.clock(), answer)
        return answer

    def _mails(self, raw: bytes) -> list[Any]:
        try:
            mails = json.loads(raw)
        except ValueError:
            raise Refusal("validation_error", "The request body is no JSON.") from None
        if not isinstance(mails, list) or not mails:
            raise Refusal("validation_error", "The request body must be a list.", status=422)
        if len(mails) > MOST_MAILS:
            self.violations.append(f"{len(mails)} mails in a batch")
            said = f"The batch cannot contain more than {MOST_MAILS} emails."
            raise Refusal("validation_error", said, status=422)
        if self.keeps:
            self.violations += broken("/emails/batch", mails)
        return mails

    def _count_letters(self, count: int) -> None:
        """Count letters towards the quotas.

        Raises:
            Refusal: There would be too many; none of them is taken.
        """
        today = int(self.clock() // _DAY)
        sent = self._days.get(today, 0)
        if self.daily is not None and sent + count > self.daily:
            raise Refusal("daily_quota_exceeded")
        if self.monthly is not None and sum(self._days.values()) + count > self.monthly:
            raise Refusal("monthly_quota_exceeded")
        self._days[today] = sent + count

    def _take(self, mail: Json, key: str) -> str:
        tags = {tag["name"]: tag["value"] for tag in mail.get("tags", ())}
        to = mail["to"] if isinstance(mail["to"], str) else mail["to"][0]
        letter = Letter(
            str(uuid4()),
            tags.get("notification_id", ""),
            to,
            mail["subject"],
            key,
            self.clock(),
            mail if self.keeps else None,
            "suppressed" if to in self.suppressed else "queued",
        )
        self.letters.append(letter)
        self._found[letter.id] = letter
        return letter.id

    def _one(self, identifier: str) -> Json:
        letter = self._found.get(identifier)
        if letter is None:
            raise Refusal("not_found", "Email not found")
        return _shown(letter)

    def _newest(self, query: Any) -> Json:
        listed = self.letters[::-1]
        after = query.get("after")
        if after:
            places = [place for place, one in enumerate(listed) if one.id == after]
            listed = listed[places[0] + 1 :] if places else []
        most = min(_MOST_LISTED, int(query.get("limit", 20)))
        has_more = len(listed) > most
        return {"object": "list", "has_more": has_more, "data": [*map(_shown, listed[:most])]}

    async def _say_limits(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(self.window.headers)
        if self.daily is not None:
            today = int(self.clock() // _DAY)
            response.headers["x-resend-daily-quota"] = str(self._days.get(today, 0))
        if self.monthly is not None:
            response.headers["x-resend-monthly-quota"] = str(sum(self._days.values()))

    async def _ledger(self, _: web.Request) -> web.StreamResponse:
        """For who runs this as a process."""
        told = {
            "letters": len(self.letters),
            "notifications": len(self.by_notification()),
            "doubled": self.doubled(),
            "requests": len(self.requests),
            "over_budget": self.over_budget,
            "share": self.window.share,
            "violations": self.violations,
        }
        return web.json_response(told)

    async def _nowhere(self, http: web.Request) -> web.StreamResponse:
        return refused(self._enter(http), Refusal("not_found"))


def _shown(letter: Letter) -> Json:
    body = letter.body or {}
    at = time.strftime("%Y-%m-%d %H:%M:%S.000000+00", time.gmtime(letter.at))
    shown = {name: body[name] for name in ("html", "text") if name in body}
    return {
        "object": "email",
        "id": letter.id,
        "message_id": f"<{letter.id}@{DOMAIN}>",
        "to": [letter.to],
        "from": body.get("from", f"Learnbase <hello@{DOMAIN}>"),
        "created_at": at,
        "subject": letter.subject,
        "bcc": [],
        "cc": [],
        "reply_to": [],
        "last_event": letter.last_event,
        **shown,
    }


def main() -> None:
    """Serve until told to stop; the first line says where, the second is the key."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.resend")
    parser.add_argument("--grant", type=int, help="requests a second")
    parser.add_argument("--daily", type=int, help="letters a day")
    parser.add_argument("--monthly", type=int, help="letters a month")
    parser.add_argument("--latency", type=float, default=0, help="seconds that an answer takes")
    parser.add_argument(
        "--forgetful", dest="keeps", action="store_false", help="keep no letter whole, check none"
    )
    with Resend(**vars(parser.parse_args())) as server:
        sys.stdout.write(f"{server.url}\n{API_KEY}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
