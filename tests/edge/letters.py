"""Links of letters as the worker signs them, and the edge that they lead to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

from learnbase.security.sealing import Keyring
from learnbase.security.signed_links import LinkKeys, sign
from tests.edge.serving import environment
from tests.fakes.resend_webhooks import SECRET
from tests.services.linked import KEYS

if TYPE_CHECKING:
    import httpx

    from tests.world import World

SITE = "https://learn.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def writing(world: World, **changes: str) -> dict[str, str]:
    """The environment of an edge that letters lead to."""
    letters = {"SITE_URL": SITE, "TOKEN_KEYS": KEYS["a"], "RESEND_WEBHOOK_SECRET": SECRET}
    return environment(world, **{**letters, **changes})


def token(person: str, act: str, *, key: str = "a", days: float = 30, **ids: str) -> str:
    keys = LinkKeys.derived(Keyring.parse(KEYS[key]))
    return sign(act, ids, person, datetime.now(UTC) + timedelta(days=days), keys)


def tick(person: str, task: str, **how: float) -> str:
    """The path of a link that ticks a task."""
    return f"/letters/act/{token(person, 'tick_task', task_id=task, **how)}"


def catch_up(person: str, which: str) -> str:
    return f"/letters/act/{token(person, 'accept_catch_up', catch_up_id=which)}"


def unsubscribe(person: str, kind: str | None = None, **how: float) -> str:
    ids = {"kind": kind} if kind else {}
    return f"/letters/unsubscribe/{token(person, 'unsubscribe', **ids, **how)}"


def heading(answer: httpx.Response, status: int = 200) -> str:
    """What a page is about; each of them keeps the rules of a page."""
    assert answer.status_code == status, answer.text
    head = answer.headers
    assert head["content-type"] == "text/html; charset=utf-8"
    assert head["cache-control"] == "no-store"
    assert head["referrer-policy"] == "no-referrer"
    assert head["x-robots-tag"] == "noindex, nofollow"
    policy = dict(part.split(" ", 1) for part in head["content-security-policy"].split("; "))
    assert policy.pop("style-src").startswith("'sha256-")
    assert policy == {
        **dict.fromkeys(("default-src", "frame-ancestors", "base-uri"), "'none'"),
        "form-action": "'self'",
    }
    assert "set-cookie" not in head
    assert "<script" not in answer.text
    [said] = re.findall(r"<h1>(.*)</h1>", answer.text)
    return unescape(said)


def buttons(answer: httpx.Response) -> list[str]:
    return re.findall(r"<button[^>]*>(.*)</button>", answer.text)
