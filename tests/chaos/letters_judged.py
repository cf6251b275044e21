"""Whether the mail service's ledger and our log tell the same, and each letter is there once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.chaos.letters import Ground
    from tests.fakes.resend_webhooks import Event

Row = dict[str, Any]

_FIRST = 5  # of each kind of fault are shown
LOG = """
    select n.id::text, n.user_id::text, n.kind, n.dedupe_key, n.context ->> 'week' as week,
        n.status::text, n.provider_id, n.carried_by::text, n.due_at, u.email
    from public.notifications n
    join public.users u on u.id = n.user_id
    where n.channel = 'email'
"""


def judged(ground: Ground, said: Mapping[str, Sequence[Event]], weeks: int) -> dict[str, list[str]]:
    """Return what must not be, by what is wrong with it; nothing is expected.

    Args:
        ground: where it happened.
        said: what the service told of each letter, by our id of it.
        weeks: how many letters of the week each learner has by now.
    """
    log = {row["id"]: row for row in ground.site.sql(LOG)}
    broken: dict[str, list[Any]] = {
        "a letter sent twice": ground.resend.doubled(),
        "not one letter a week": _weekly(ground, log, weeks),
        "a message not told once": _told(ground, log),
        "the log says something else": _logged(ground, log, said),
        "a request that no contract allows": ground.resend.violations,
        "a dead letter": ground.site.dead_letters(),
        "left behind": [
            *ground.office.waiting(),
            *(row for row in log.values() if row["due_at"] is not None),
            *ground.site.sql("select id from private.mail_batches where settled_at is null"),
        ],
    }
    return {
        what: [str(one)[:500] for one in found[:_FIRST]] for what, found in broken.items() if found
    }


def _weekly(ground: Ground, log: Mapping[str, Row], weeks: int) -> list[str]:
    """Counted by what is in people's boxes: address and week."""
    rows = [log.get(letter.notification_id) for letter in ground.resend.letters]
    got = Counter(
        (row["email"], row["week"]) for row in rows if row and row["kind"] == "weekly_summary"
    )
    wrong = [f"{email}, {week}: {times}" for (email, week), times in got.items() if times != 1]
    of_each = Counter(email for email, _ in got)
    people = ground.site.sql("select email from public.users")
    return wrong + [
        f"{row['email']}: letters of {of_each[row['email']]} weeks, not {weeks}"
        for row in people
        if of_each[row["email"]] != weeks
    ]


def _told(ground: Ground, log: Mapping[str, Row]) -> list[str]:
    """Every other message is in one letter, its own or one that carries it."""
    taken = Counter(letter.notification_id for letter in ground.resend.letters)
    return [
        f"{row['dedupe_key']}: in {taken[row['carried_by'] or row['id']]} letters"
        for row in log.values()
        if row["kind"] != "weekly_summary" and taken[row["carried_by"] or row["id"]] != 1
    ]


def _logged(
    ground: Ground, log: Mapping[str, Row], said: Mapping[str, Sequence[Event]]
) -> list[str]:
    ids = {letter.notification_id: letter.id for letter in ground.resend.letters}
    wrong = [f"{name}: taken, and in no log" for name in ids if name not in log]
    for row in log.values():
        letter = row["carried_by"] or row["id"]
        expected = _status(said.get(letter, ())) if letter in ids else "none"
        if row["status"] != expected:
            wrong.append(f"{row['dedupe_key']}: {row['status']}, not {expected}")
        if letter == row["id"] and row["provider_id"] != ids.get(letter):
            wrong.append(f"{row['dedupe_key']}: {row['provider_id']}, not {ids.get(letter)}")
    return wrong


def _status(told: Sequence[Event]) -> str:
    """Where a letter is in the end: the events are told here in the order of their happening."""
    last = told[-1].kind.removeprefix("email.") if told else "sent"
    return "opened" if last == "clicked" else last
