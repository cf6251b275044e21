"""Letters for tests of sending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from learnbase.services.letters import Mail


def a_mail(number: int = 1, **other: Any) -> Mail:
    usual: dict[str, Any] = {
        "notification_id": UUID(int=number),
        "kind": "weekly_summary",
        "sender": "Learnbase <hello@mail.example.com>",
        "to": f"learner-{number}@example.org",
        "subject": f"Your week {number}",
        "html": f"<p>Week {number}: Übung macht den Meister</p>",
        "text": f"Week {number}: Übung macht den Meister",
        "unsubscribe": f"https://learn.example.com/mail/unsubscribe?token=v1.a.{number}",
    }
    return Mail(**(usual | other))


def some_mails(count: int) -> list[Mail]:
    return [a_mail(number + 1) for number in range(count)]
