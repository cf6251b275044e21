"""Hand a batch of letters to the mail service; the only worker that talks to it.

trigger          a batch of up to a hundred letters (private.form_batches); message {"v": 1,
                 batch_id}
reads            the letters as they were formed; at the first attempt those are taken out that
                 nobody wants any more (worker.load_send_email)
writes           letters at Resend; what became of each (worker.complete_send_email)
idempotency key  the batch's id, as Idempotency-Key, remembered before the first attempt
retry            nothing was taken: when the service says, or later and later, up to an hour; an
                 answer got lost: the same words under the same key for as long as that lives, and
                 then nobody knows, which the log says
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict, ValidationError

from learnbase.errors import LearnbaseError
from learnbase.jobs import Job, NoLongerNeeded, Retry, Work
from learnbase.services.letters import Mail
from learnbase.services.mail import KEY_LIVES
from learnbase.services.mail_answer import Sent
from learnbase.services.mail_refusals import BatchRefused, KeyTaken, OutcomeUnknown

if TYPE_CHECKING:
    from workers.deps import Deps

NOTHING_TAKEN = "nothing_taken"
"""The code of failures after which the next attempt is the first: private.settle_send_email."""
_FIRST_REST, _LONGEST_REST = 5.0, 3600.0  # seconds
_LONGEST_DOUBT = 900.0  # seconds between two questions for a lost answer
_UNANSWERED = "The mail service took the letter or not: for a day it gave no answer"


class SendEmail(BaseModel):
    """The message: ids only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    batch_id: UUID


async def handle(job: Job[SendEmail], deps: Deps) -> dict[str, Any]:
    """Load, send, hand over what `worker.complete_send_email` takes."""
    loaded = await deps.database.call(
        "load_send_email", msg_id=job.msg_id, read_ct=job.read_ct, sender=deps.post.sender
    )
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    mails, refused = _letters(loaded)
    if not mails:
        return {"sent": [], "refused": refused}
    if loaded["repeated"] and loaded["age_seconds"] >= KEY_LIVES:
        return {"unknown": _UNANSWERED}
    try:
        outcomes = await deps.post.mails.send_batch(
            mails, loaded["key"], repeated=loaded["repeated"]
        )
    except BatchRefused as refusal:
        return {"batch_refused": refusal.message}
    except KeyTaken as fault:
        return {"unknown": fault.message}
    except LearnbaseError as problem:
        raise _again(problem, job.delivery.failures, loaded["age_seconds"]) from problem
    sent = []
    for mail, outcome in zip(mails, outcomes, strict=True):
        if isinstance(outcome, Sent):
            sent.append({"id": str(mail.notification_id), "provider_id": outcome.id})
        else:
            refused.append({"id": str(mail.notification_id), "reason": outcome.reason})
    job.said.update(sent=len(sent), refused=len(refused))
    return {"sent": sent, "refused": refused}


def _letters(loaded: dict[str, Any]) -> tuple[list[Mail], list[dict[str, str]]]:
    """What can be sent, in the order of the batch, and what cannot, with the reason.

    The same batch gives the same letters, so that a repetition is one.
    """
    mails, refused = [], []
    for row in loaded["mails"]:
        try:
            mails.append(Mail(sender=loaded["sender"], **row))
        except ValidationError as problem:
            first = problem.errors(include_input=False, include_url=False)[0]
            reason = first["msg"].removeprefix("Value error, ")
            what = ".".join(map(str, first["loc"]))
            refused.append({"id": row["notification_id"], "reason": f"{what}: {reason}"})
    return mails, refused


def _again(problem: LearnbaseError, failures: int, age: float) -> Retry:
    """When to come again: what is in doubt is asked for soon, what was not taken can wait.

    Args:
        problem: why there is no outcome.
        failures: how many there were before.
        age: seconds since the first attempt.
    """
    said = getattr(problem, "seconds", None) or 0
    if isinstance(problem, OutcomeUnknown):
        wait = max(said, _FIRST_REST, min(age / 4, _LONGEST_DOUBT))
        return Retry(problem.message, after=wait, code=problem.code or "outcome_unknown")
    wait = max(said, min(_FIRST_REST * 2.0 ** min(failures, 16), _LONGEST_REST))
    return Retry(problem.message, after=wait, code=NOTHING_TAKEN)


WORK = Work(SendEmail, handle)
