"""Who hears how a generation stands: Realtime asks a policy on a table that no API serves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.access.guards.acts import DONE, at, say
from tests.access.probes import Outcome, Probe, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES = "realtime.messages"
# As Realtime itself does: a row of each kind, and the topic that somebody joins in a setting.
_SAID = (
    "delete from realtime.messages",
    "insert into realtime.messages (topic, extension) values ('any', 'broadcast')",
    "insert into realtime.messages (topic, extension) values ('any', 'presence')",
)
_JOIN = "set local realtime.topic = {}; select extension from realtime.messages"


def probes() -> Iterator[Probe]:
    """The owner alone listens, to broadcasts; nobody speaks."""
    nobodys = ("", "plan:", "plan:not-an-id", "room:1")
    theirs = tuple(f"plan:{at(label, 'plan')}" for label in ("ada private", "ada public"))
    for actor in ("owner", "follower", "another learner", "deleted account", "no token"):
        for topic in (*theirs, *nobodys):
            heard = int(actor == "owner" and topic in theirs)
            joining = say(
                f"joining {topic or 'no topic'}",
                actor,
                quoted(_JOIN, topic),
                Outcome(DONE, rows=heard),
                MESSAGES,
            )
            yield replace(joining, prepare=_SAID)
    for actor in ("owner", "another learner", "no token"):
        yield say(
            "speaking where a plan's owner listens",
            actor,
            quoted(
                "set local realtime.topic = {0}; insert into realtime.messages (topic, extension)"
                " values ({0}, 'broadcast')",
                theirs[0],
            ),
            refused(403, "42501"),
            MESSAGES,
        )
