"""Put messages into words, for up to a hundred people: in the app, and as letters.

trigger          private.enqueue_letters, every minute; message {"v": 1, user_ids}
reads            the messages that wait, and what each is about, as it is now
                 (worker.load_write_letters)
writes           the words of messages in the app; letters, in batches, several messages of a person
                 in one (worker.complete_write_letters)
idempotency key  the message's own row: what has words gets no others
retry            with backoff; what has no words after an hour comes round again
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.digest import links_needed, render
from learnbase.errors import LearnbaseError
from learnbase.jobs import Job, NoLongerNeeded, Work
from learnbase.log import get_log

if TYPE_CHECKING:
    from learnbase.digest import Letter
    from workers.deps import Deps

Row = dict[str, Any]
NEWS = "news"
_MOST_NEWS = 10
_NOTHING_TO_SAY = "Nothing to say any more"
_NO_WORDS = "It could not be put into words"
log = get_log(__name__)


class WriteLetters(BaseModel):
    """The message: ids only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    user_ids: tuple[UUID, ...]


async def handle(job: Job[WriteLetters], deps: Deps) -> dict[str, Any]:
    """Load, write, hand over what `worker.complete_write_letters` takes."""
    job.said["user_ids"] = len(job.payload.user_ids)  # a hundred ids say nothing in a log
    loaded = await deps.database.call("load_write_letters", msg_id=job.msg_id, read_ct=job.read_ct)
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    result: dict[str, list[Row]] = {"in_app": [], "letters": [], "dropped": []}
    for person in loaded["people"]:
        _write(person, deps, result)
        await asyncio.sleep(0)  # the delivery is kept meanwhile
    job.said.update({name: len(rows) for name, rows in result.items()})
    return result


def _write(person: Row, deps: Deps, result: dict[str, list[Row]]) -> None:
    """Add what becomes of a person's messages."""
    mail = []
    for message in person["messages"]:
        written = _written(message, person, deps, result)
        if written is None:
            continue
        letter, unsubscribe = written
        if message["channel"] == "email":
            mail.append((message, letter, unsubscribe))
        else:
            said = {"id": message["id"], "subject": letter.subject, "text": letter.preheader}
            result["in_app"].append(said)
    if len(mail) == 1:
        [(message, letter, unsubscribe)] = mail
        result["letters"].append(_letter([message["id"]], letter, unsubscribe))
    elif mail:
        ids = [message["id"] for message, *_ in mail]
        context = _news(person, [(message["id"], letter) for message, letter, _ in mail])
        letter, unsubscribe = _rendered(NEWS, context, person, deps)
        result["letters"].append(_letter(ids, letter, unsubscribe))


def _written(
    message: Row, person: Row, deps: Deps, result: dict[str, list[Row]]
) -> tuple[Letter, str] | None:
    """A message as a letter of its own, and where that is unsubscribed from; None: dropped."""
    if message["context"] is None:
        dropped = {"id": message["id"], "status": "suppressed", "reason": _NOTHING_TO_SAY}
        result["dropped"].append(dropped)
        return None
    try:
        return _rendered(message["kind"], message["context"], person, deps)
    except Exception as problem:  # noqa: BLE001 - the messages of others wait for theirs
        log.error("message_not_written", problem=problem, notification_id=message["id"])  # noqa: TRY400 - with its traceback
        reason = problem.message if isinstance(problem, LearnbaseError) else _NO_WORDS
        result["dropped"].append({"id": message["id"], "status": "failed", "reason": reason})
        return None


def _rendered(kind: str, context: Row, person: Row, deps: Deps) -> tuple[Letter, str]:
    """A letter, and where it is unsubscribed from: what it is about, or from all mail."""
    now = deps.now()
    links = deps.addresses.of(
        links_needed(kind, context),
        person=person["user_id"],
        wish=None if kind == NEWS else kind,
        now=now,
    )
    letter = render(
        kind,
        context,
        locale=person["locale"],
        time_zone=person["time_zone"],
        now=now,
        links=links,
    )
    return letter, links["unsubscribe"]


def _news(person: Row, letters: list[tuple[str, Letter]]) -> Row:
    """Several messages as what one letter is made of; the latest come first, as they are loaded."""
    told = [
        {"notification_id": message_id, "title": letter.subject, "text": letter.preheader}
        for message_id, letter in letters[:_MOST_NEWS]
    ]
    more = max(0, len(letters) - _MOST_NEWS)
    return {"name": person["name"], "messages": told, "more": more}


def _letter(ids: list[str], letter: Letter, unsubscribe: str) -> Row:
    return {
        "ids": ids,
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "unsubscribe_url": unsubscribe,
    }


WORK = Work(WriteLetters, handle)
