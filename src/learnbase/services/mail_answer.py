"""What Resend answers, and what that says of each letter of a batch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.services.mail_refusals import (
    BUSY,
    QUOTAS,
    UNDER_WAY,
    QuotaUsed,
    is_passing,
    refusal,
    words,
)
from learnbase.services.model_transport import retry_after
from learnbase.services.retrying import Busy, Failed

if TYPE_CHECKING:
    import httpx

Json = dict[str, Any]

_LONGEST_REASON = 300
_NOT_FOUND = 404


@dataclass(frozen=True)
class Sent:
    """A letter that was taken.

    Attributes:
        id: The service's.
    """

    id: str


@dataclass(frozen=True)
class Refused:
    """A letter that was not taken, though others of the batch may have been.

    Attributes:
        reason: In the service's words.
    """

    reason: str


class Missing(Exception):
    """There is no such letter."""


def answered(response: httpx.Response, answer: bytes) -> bytes:
    """Return what an answer holds, where it is one.

    Args:
        response: its status and headers.
        answer: its body, read already.

    Raises:
        Busy: a limit.
        QuotaUsed: the account's.
        Missing: what was asked for is not there.
        Failed: nobody knows what was done.
        LearnbaseError: it was refused, see `mail_refusals`.
    """
    status = response.status_code
    if response.is_success:
        return answer
    name, _ = words(response, answer)
    if status == BUSY:
        wait = retry_after(response.headers)
        raise QuotaUsed(QUOTAS[name], wait) if name in QUOTAS else Busy(wait)
    if status == _NOT_FOUND and response.request.method == "GET":
        raise Missing
    if is_passing(status) or name == UNDER_WAY:
        raise Failed(f"status {status}")
    if response.is_redirect:
        raise Failed(f"status {status}", perhaps_done=False)
    raise refusal(response, answer)


def outcomes(answer: bytes, count: int) -> list[Sent | Refused]:
    """Read what became of each letter: the ids of those that were taken, the places of others.

    Raises:
        Failed: it cannot be read, or does not add up.
    """
    whole = told(answer)
    try:
        ids = [str(one["id"]) for one in whole["data"] if one and one.get("id")]
        reasons = {
            int(one["index"]): str(one.get("message") or "no reason given")[:_LONGEST_REASON]
            for one in whole.get("errors") or ()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Failed("its answer cannot be read") from problem
    adds_up = len(ids) + len(reasons) == count and len(set(ids)) == len(ids)
    if not adds_up or not all(0 <= place < count for place in reasons):
        raise Failed("its answer does not add up")
    taken = iter(ids)
    return [
        Refused(reasons[place]) if place in reasons else Sent(next(taken)) for place in range(count)
    ]


def told(answer: bytes) -> Json:
    """Return the object that an answer is.

    Raises:
        Failed: it is none.
    """
    try:
        whole = json.loads(answer)
    except (ValueError, RecursionError) as problem:
        raise Failed("its answer cannot be read") from problem
    if not isinstance(whole, dict):
        raise Failed("its answer cannot be read")
    return whole
