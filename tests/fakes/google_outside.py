"""What a learner does in Google Calendar by themselves, and what is there in the end."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.google_calendars import Calendar, Calendars
    from tests.fakes.google_events import Kept
    from tests.fakes.google_wire import Json
    from tests.fakes.oauth import Account, Authority

SESSION = "learnbase_session"
"""The private property by which an event is known as a session's."""


class Outside:
    """The learner's own hands, and a look at all that is there."""

    calendars: Calendars
    authority: Authority

    def made(self, account: Account | None = None) -> list[Calendar]:
        """The living calendars that the application made, oldest first."""
        made = (each for each in self._where(None) if each.by_app)
        return [each for each in made if account is None or each.owner is account]

    def events(self, calendar: str | None = None) -> dict[str, Json]:
        """The living events that the application made, by session, as they were written.

        Args:
            calendar: its id; None: in all calendars.
        """
        found = [kept for where in self._where(calendar) for kept in _ours(where)]
        return {kept.private[SESSION]: kept.said for kept in found}

    def doubled(self) -> set[str]:
        """The sessions that live twice, wherever."""
        found = [kept for where in self._where(None) for kept in _ours(where)]
        count = Counter(kept.private[SESSION] for kept in found)
        return {session for session, times in count.items() if times > 1}

    def theirs(self, calendar: str) -> dict[str, Json]:
        """The living events of a calendar that the learner made, by id."""
        kept = self.calendars.by_id[calendar].events.values()
        return {each.said["id"]: each.said for each in kept if each.is_live and not each.by_app}

    def event(self, session: str) -> Kept:
        """The event of a session, living before deleted.

        Raises:
            LookupError: There was never one, or its calendar is gone.
        """
        return self._find(session)[1]

    def delete_event(self, session: str) -> None:
        """They delete a session's event, or their own, by its id."""
        self.calendars.cancel(self._find(session)[1])

    def restore_event(self, session: str) -> None:
        """They fetch it back from the calendar's bin."""
        kept = self._find(session)[1]
        self.calendars.change(kept, kept.said | {"status": "confirmed"})

    def forget_deleted(self) -> None:
        """The bin is emptied: deleted events are not even cancelled any more."""
        for calendar in self.calendars.by_id.values():
            dead = [name for name, kept in calendar.events.items() if not kept.is_live]
            for name in dead:
                del calendar.events[name]

    def edit_event(self, session: str, **fields: Any) -> None:
        """They write into it, `summary="…"` or `start={"dateTime": …}`."""
        kept = self._find(session)[1]
        self.calendars.change(kept, kept.said | fields)

    def copy_event(self, session: str) -> str:
        """They duplicate it, with all that is written in it; return the copy's id."""
        calendar, kept = self._find(session)
        said = kept.said | {"id": secrets.token_hex(13)}
        return str(self.calendars.add(calendar, said, by_app=False).said["id"])

    def add_event(self, calendar: str, summary: str, start: dt.datetime, minutes: int = 60) -> str:
        """They make an event of their own in a calendar; return its id."""
        end = start + dt.timedelta(minutes=minutes)
        where = self._calendar(calendar)
        said = {"summary": summary, "start": _when(start), "end": _when(end)}
        return str(self.calendars.add(where, said, by_app=False).said["id"])

    def busy(self, start: dt.datetime, end: dt.datetime, calendar: str = "primary") -> str:
        """They are taken; return the id of the event that says so."""
        minutes = int((end - start).total_seconds() // 60)
        return self.add_event(calendar, "Taken", start, minutes)

    def delete_calendar(self, calendar: str) -> None:
        """They delete a calendar with all that is in it."""
        self.calendars.by_id[calendar].is_deleted = True

    def edit_calendar(self, calendar: str, **fields: Any) -> None:
        """They give it another name, `summary="…"`, or another zone."""
        found = self.calendars.by_id[calendar]
        found.said, found.version = found.said | fields, self.calendars.tick()

    def revoke(self, account: Account | None = None) -> None:
        """They remove the application in their account's settings; None: everybody does."""
        self.authority.revoke_all(account)

    def _calendar(self, name: str) -> Calendar:
        if name == "primary":
            return self.calendars.primary(self.authority.visitor)
        return self.calendars.by_id[name]

    def _where(self, calendar: str | None) -> list[Calendar]:
        if calendar is None:
            return [each for each in list(self.calendars.by_id.values()) if not each.is_deleted]
        found = self.calendars.by_id.get(calendar)
        return [found] if found and not found.is_deleted else []

    def _find(self, session: str) -> tuple[Calendar, Kept]:
        found = [
            (calendar, kept)
            for calendar in self._where(None)
            for kept in list(calendar.events.values())
            if kept.said["id"] == session or (kept.by_app and kept.private.get(SESSION) == session)
        ]
        if not found:
            raise LookupError(f"there is no event of {session}")
        return max(found, key=lambda pair: (pair[1].is_live, pair[1].version))


def _ours(calendar: Calendar) -> list[Kept]:
    kept = list(calendar.events.values())
    return [each for each in kept if each.by_app and each.is_live and SESSION in each.private]


def _when(instant: dt.datetime) -> Json:
    return {"dateTime": instant.astimezone(dt.UTC).isoformat(timespec="seconds")}
