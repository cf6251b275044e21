"""Resend as Learnbase sends with it: batches of letters, each batch under a key of its own.

A batch is stored with its key before it is sent. For 24 hours the same batch under the same key is
one sending however often it arrives, so a lost answer is asked for again, word for word; a new
batch under a new key is formed only after a definite refusal.

https://resend.com/docs/api-reference/emails/send-batch-emails
https://resend.com/docs/dashboard/emails/idempotency-keys
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import httpx

from learnbase.errors import AccessDenied, Unavailable
from learnbase.services.mail_answer import Missing, answered, outcomes, told
from learnbase.services.mail_refusals import BatchRefused, Later, OutcomeUnknown, QuotaUsed, away
from learnbase.services.retrying import Busy, Course, Failed, Retrying, answer_to
from learnbase.services.window import Window

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from learnbase.services.letters import Mail
    from learnbase.services.mail_answer import Refused, Sent

T = TypeVar("T")

MOST_MAILS = 100
"""In a batch; the service's limit."""
GRANT = 10.0
"""Requests a second, until the service says what it grants."""
KEY_LIVES = 24 * 3600 - 600
"""Seconds from the first sending for which a repetition is safe; what travels takes its time."""

MOST_BYTES = 1_000_000  # of an answer; a hundred ids are five thousand
_KEY = re.compile(r"[!-~]{1,256}")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")
_WINDOW = re.compile(r";\s*w=([1-9][0-9]{0,3})\b")


def connections(
    api_key: str,
    base_url: str = "https://api.resend.com",
    *,
    most: int = 20,
    patience: float = 30.0,
) -> httpx.AsyncClient:
    """Return a pool of connections to Resend.

    Args:
        api_key: a key that may send.
        base_url: where Resend is.
        most: how many requests may travel at once.
        patience: seconds to wait for an answer.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=httpx.Timeout(patience, connect=5.0),
        limits=httpx.Limits(max_connections=most, keepalive_expiry=15.0),
        headers={
            "Authorization": f"Bearer {api_key}",
            "Accept-Encoding": "identity",
            "User-Agent": "learnbase",
        },
        trust_env=False,
        follow_redirects=False,
    )


class Mails:
    """Sends letters, as fast as the account is granted; one for each process."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        window: Window | None = None,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            http: from `connections`.
            window: the account's; a fresh one by default.
            pause: waits so many seconds between tries.
            chance: a number from 0 up to 1, which spreads the waits.
        """
        self._http = http
        self._window = window or Window(GRANT)
        self._retrying = Retrying(self._window, later=Later, away=away, pause=pause, chance=chance)

    async def send_batch(
        self, mails: Sequence[Mail], key: str, *, repeated: bool = False
    ) -> list[Sent | Refused]:
        """Send letters, and return what became of each, in their order.

        Args:
            mails: 1 to 100; under one key always the same ones, in the same order.
            key: theirs alone; 1 to 256 visible characters of ASCII.
            repeated: whether an earlier try may have arrived: then a refusal of this one says
                nothing of the letters, and is an unknown outcome as well.

        Raises:
            OutcomeUnknown: they may have been taken; repeat within `KEY_LIVES` of the first try.
            Later: a limit; none was taken.
            QuotaUsed: none was taken.
            Unavailable: the service was not reached; none was taken.
            AccessDenied: the key or the sender's domain is not accepted; none was taken.
            BatchRefused: none was taken, and none will be: a new batch may be formed.
            KeyTaken: something else was sent under this key.
        """
        if not 1 <= len(mails) <= MOST_MAILS or not _KEY.fullmatch(key):
            raise ValueError("a batch has 1 to 100 letters and a key of visible characters")
        content = json.dumps(
            [mail.body() for mail in mails], ensure_ascii=False, separators=(",", ":")
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "x-batch-validation": "permissive",
        }
        course = Course(perhaps_done=repeated)
        try:
            return await self._ask(
                self._http.build_request("POST", "/emails/batch", content=content, headers=headers),
                lambda answer: outcomes(answer, len(mails)),
                course,
            )
        except (Later, QuotaUsed) as limit:
            if course.perhaps_done:
                raise OutcomeUnknown(limit.message, limit.seconds) from limit
            raise
        except (Unavailable, AccessDenied, BatchRefused) as no:
            if course.perhaps_done:
                raise OutcomeUnknown(no.message) from no
            raise

    async def last_event(self, email_id: str) -> str | None:
        """Return the newest of what happened to a letter: `delivered`; None: there is none such.

        Raises:
            Later: a limit.
            QuotaUsed: nobody asks for this, but a service may say so.
            Unavailable: faults, or silence.
            AccessDenied: the key may send and nothing else.
        """
        request = self._http.build_request("GET", f"/emails/{quote(email_id, safe='')}")
        try:
            answer = await self._ask(request, told, Course())
        except Missing:
            return None
        return str(answer.get("last_event") or "queued")

    async def _ask(
        self,
        request: httpx.Request,
        read: Callable[[bytes], T],
        course: Course,
    ) -> T:
        """Ask until there is an answer that can be read."""
        while True:
            turn = await self._retrying.turn()
            try:
                answer = read(await self._send(request, turn))
            except Busy as limit:
                self._retrying.ease(turn, limit, course)
            except Failed as failure:
                await self._retrying.rest(failure, course)
            else:
                self._retrying.took()
                return answer

    async def _send(self, request: httpx.Request, turn: float) -> bytes:
        """Send once and return the answer."""

        async def trace(event: str, _: object) -> None:
            # The moment at which the service begins to see it.
            if event == "http11.send_request_headers.complete":
                self._window.left(turn)

        request.extensions["trace"] = trace
        response, answer = await answer_to(self._http, request, MOST_BYTES)
        self._obey(response.headers)
        return answered(response, answer)

    def _obey(self, headers: Mapping[str, str]) -> None:
        """Go by what the service says that it grants."""
        limit = _COUNT.fullmatch(headers.get("ratelimit-limit", ""))
        window = _WINDOW.search(headers.get("ratelimit-policy", ""))
        if limit:
            self._window.granted(int(limit[0]), int(window[1]) if window else 1)
