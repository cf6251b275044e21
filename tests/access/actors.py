"""Who knocks: everybody who may send a request, and with what in their hands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from learnbase.stack import keys
from tests.access import ground

if TYPE_CHECKING:
    from learnbase.stack import Stack

Standing = Literal["rejected", "nobody", "ghost", "person", "service"]

WRONG_KEY = "sb_publishable_made_up"
_ANOTHER_SECRET = "another secret, long enough for HS256 to take it"


@dataclass(frozen=True)
class Actor:
    """Somebody who sends requests.

    Attributes:
        name: As the expectations and the table call them.
        standing: ``rejected`` before anything is looked at, ``nobody`` (no token), ``ghost`` (a
            valid token, and nobody behind it), ``person``, or ``service``.
        person: Their name in `ground`, for those who are somebody there.
    """

    name: str
    standing: Standing
    person: str | None = None

    @property
    def role(self) -> str | None:
        """The database's role that their requests run as; None where they do not get so far."""
        return {
            "nobody": "anon",
            "ghost": "authenticated",
            "person": "authenticated",
            "service": "service_role",
        }.get(self.standing)


ACTORS = (
    Actor("no key", "rejected"),
    Actor("wrong key", "rejected"),
    Actor("expired token", "rejected", "ada"),
    Actor("forged token", "rejected", "ada"),
    Actor("no token", "nobody"),
    Actor("deleted account", "ghost"),
    Actor("owner", "person", "ada"),
    Actor("follower", "person", "ben"),
    Actor("another learner", "person", "eve"),
    Actor("by Clerk", "person", "carla"),
    Actor("unconfirmed", "person", "una"),
    Actor("anonymous sign-in", "person", "ann"),
    Actor("service", "service"),
)
BY_NAME = {actor.name: actor for actor in ACTORS}
# Only the gateway knows keys.
KEY_HOLDERS = frozenset({"no key", "wrong key"})


def headers(stack: Stack, *, through_gateway: bool) -> dict[str, dict[str, str]]:
    """What each actor sends along; straight to PostgREST, nobody has a key."""

    env = stack.env()

    def bearer(token: str | None, key: str = env["SUPABASE_PUBLISHABLE_KEY"]) -> dict[str, str]:
        if through_gateway:
            return {"apikey": key, "Authorization": f"Bearer {token or key}"}
        return {"Authorization": f"Bearer {token}"} if token else {}

    def signed_in(actor: Actor, **claims: Any) -> dict[str, str]:
        subject = ground.SUBJECTS[actor.person or "nobody"]
        return bearer(stack.token(subject, **claims))

    found = {
        "no token": bearer(None),
        "expired token": signed_in(BY_NAME["expired token"], exp=int(time.time()) - 60),
        "forged token": bearer(
            keys.sign(
                {"sub": ground.SUBJECTS["ada"], "role": "authenticated", "aud": "authenticated"},
                _ANOTHER_SECRET,
            )
        ),
        "service": bearer(None, env["SUPABASE_SECRET_KEY"])
        if through_gateway
        else bearer(stack.token(role="service_role")),
    }
    if through_gateway:
        found |= {"no key": {}, "wrong key": bearer(None, WRONG_KEY)}
    found |= {
        actor.name: signed_in(actor) for actor in ACTORS if actor.standing in ("person", "ghost")
    }
    return found
