"""The course of an export to Google Calendar: a calendar of its own, an event for each session.

What makes it safe to kill: events have ids of our own and carry the hash of their content, so that
one look at the calendar tells what is left to do. Only the calendar itself has no id of our own.
That one is about to be made is recorded first; after a lost answer it is looked for by the marker
in its description. `calendar.app.created` alone does not open the list of calendars, and then a
second one is made: all events are in that one, and the learner is told that an empty one of the
same name may be left. Nothing that they see is doubled.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from learnbase.errors import LearnbaseError
from learnbase.exporting.actions import Sent
from learnbase.exporting.document import PlanExport
from learnbase.exporting.google import calendar_body, calendar_url, events_of, marker
from learnbase.exporting.google_changes import changes, ours_and_others
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.google_calendar import MOST_IN_A_BATCH
from learnbase.services.google_refusals import (
    Later,
    Missing,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    away,
)
from learnbase.syncing import outcome
from learnbase.syncing.google_errands import Errand, errands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from learnbase.services.google_calendar import GoogleCalendar
    from learnbase.syncing.recorder import Recorder

Json = dict[str, Any]
SLICE = dt.timedelta(seconds=20)
_ROUNDS = 8  # of answers that ask for another call; more: somebody else edits the same events
_SETTLED = dt.timedelta(seconds=30)  # after which a calendar that was made is in the list
_PERHAPS = (
    "An empty calendar “{name}” may be left in Google Calendar, which did not say whether it made"
    " one: delete it there if you see two of that name"
)


async def run(
    loaded: Json, google: GoogleCalendar, record: Recorder, now: Callable[[], dt.datetime]
) -> Json:
    """Carry a slice of an export out.

    Args:
        loaded: what `worker.load_export` answered, held.
        google: the learner's.
        record: the books.
        now: tells the time.

    Returns:
        What `worker.complete_export_google_calendar` takes.

    Raises:
        NoLongerNeeded: cancelled, or somebody else has it.
        Unavailable: Google is away; the runner tries again.
    """
    course = _Course(loaded, google, record, now)
    try:
        return await (course.remove() if course.is_removal else course.export())
    except ReconnectNeeded as problem:
        return outcome.reconnect(problem)
    except NotAllowed as problem:
        remedy = problem.remedy or outcome.RECONNECT
        stopped = outcome.Stopped("not_allowed", problem.message, remedy=remedy, needs="reconnect")
        return stopped.outcome()
    except Refused as problem:  # again would be refused again
        remedy = problem.remedy or "Tell us"
        return outcome.Stopped("refused", problem.message, remedy=remedy).outcome()
    except Later as problem:
        return outcome.later(problem.seconds)
    except outcome.Stopped as reason:
        return reason.outcome()


class _Course:
    def __init__(
        self, loaded: Json, google: GoogleCalendar, books: Recorder, now: Callable[[], dt.datetime]
    ) -> None:
        export = loaded["export"]
        self.is_removal = export["action"] == "remove"
        self._id = str(export["id"])
        self._name = f"Learnbase: {export['topic']}"
        self._options: Json = export.get("options") or {}
        self._confirmed = bool(export.get("confirmed"))
        self._container: Json = dict(export.get("container") or {})
        self._document = loaded.get("document")
        self._items = [
            Sent(row["key"], row["state"], row["external_id"], row["hash"], row["etag"])
            for row in loaded.get("items") or ()
        ]
        self._google = google
        self._books = books
        self._now = now
        self._until = now() + SLICE
        self._refused: list[Refused] = []
        # Of earlier slices of this run.
        before: Json = export.get("changed") or {}
        self._changed = Counter({it: before.get(it, 0) for it in ("created", "updated", "deleted")})

    # Exporting -------------------------------------------------------------------------------

    async def export(self) -> Json:
        """Bring the calendar to what the plan says."""
        plan = PlanExport.model_validate(self._document)
        shown = events_of(plan, self._id, self._options.get("reminders", "preferred"))
        calendar_id, listed = await self._opened(calendar_body(plan, self._id))
        todo = changes(shown, self._items, listed, confirmed=self._confirmed)
        if todo.needs_word is not None:
            raise outcome.word(todo.needs_word, "events", "Google Calendar")
        todos = errands(todo, shown.events)
        self._changed["kept"] = len(todo.kept)
        done = len(todos) + self._changed["created"] + self._changed["updated"]
        self._changed["unchanged"] = max(0, len(todo.actions) - done)
        try:
            finished = await self._carry_out(todos, calendar_id, todo.corrections)
        except Missing:
            raise self._calendar_deleted() from None
        if not finished:
            return outcome.MORE
        return outcome.succeeded(self._changed, [*self._left_out(), *self._perhaps_another()])

    async def _opened(self, body: Json) -> tuple[str, list[Json]]:
        """Return the calendar's id and the events in it; makes one where there is none."""
        calendar_id = self._container.get("calendar_id")
        if calendar_id is None and "making" in self._container:
            calendar_id = await self._found()
        if calendar_id is None:
            return await self._made(body), []
        try:
            return calendar_id, await self._google.events(calendar_id)
        except Missing:
            if not self._confirmed:
                raise self._calendar_deleted() from None
        # What the books say was in the calendar that is gone.
        gone = [Sent(item.key, "gone") for item in self._items]
        self._items = []
        return await self._made(body, gone), []

    async def _made(self, body: Json, gone: Sequence[Sent] = ()) -> str:
        perhaps = {"perhaps_another": True} if "perhaps_another" in self._container else {}
        making = {"making": marker(self._id), "since": self._now().isoformat()}
        await self._books.record(container=making | perhaps, items=gone)
        try:
            calendar = await self._google.make_calendar(body)
        except OutcomeUnknown:
            raise
        except LearnbaseError:  # there is none, for certain
            await self._books.record(container=perhaps)
            raise
        return await self._keep(str(calendar["id"]), perhaps)

    async def _found(self) -> str | None:
        """Return the calendar that was being made when the last delivery ended, if there is one."""
        try:
            calendar = await self._google.find_calendar(self._container["making"])
        except NotAllowed:
            self._container["perhaps_another"] = True
            return None
        if calendar is not None:
            return await self._keep(str(calendar["id"]), {})
        age = self._now() - dt.datetime.fromisoformat(self._container["since"])
        if age < _SETTLED:
            raise Later((_SETTLED - age).total_seconds())
        return None

    async def _keep(self, calendar_id: str, perhaps: Json) -> str:
        self._container = {
            "calendar_id": calendar_id,
            "url": calendar_url(calendar_id),
            **perhaps,
        }
        await self._books.record(container=self._container)
        return calendar_id

    # Removing --------------------------------------------------------------------------------

    async def remove(self) -> Json:
        """Delete what we made, and only that; the calendar goes when nothing else is in it."""
        calendar_id = self._container.get("calendar_id")
        if calendar_id is None and "making" in self._container:
            calendar_id = await self._found()
        others = 0 if calendar_id is None else await self._emptied(calendar_id)
        if others is None:
            return outcome.MORE
        gone = [Sent(item.key, "gone") for item in self._items]
        stays = self._perhaps_another()
        if others:
            events = "1 event" if others == 1 else f"{others} events"
            stays.insert(0, f"The calendar “{self._name}” stays: it holds {events} of your own")
        await self._books.record(items=gone, container=self._container if others else {})
        return outcome.succeeded(self._changed, stays)

    async def _emptied(self, calendar_id: str) -> int | None:
        """Take our events out; answers how many of the learner's own are left, None: not done."""
        try:
            ours, others = ours_and_others(await self._google.events(calendar_id))
            if others:
                todos = [Errand(key, "delete") for key in ours]
                return others if await self._carry_out(todos, calendar_id, ()) else None
            # All of it is ours, and goes at once.
            doubtful = [replace(item, state="removing") for item in self._items]
            await self._books.record(items=doubtful, done=0, total=len(ours))
            await self._google.delete_calendar(calendar_id)
        except Missing:  # the learner was faster
            return 0
        self._changed["deleted"] += len(ours)
        return 0

    # Both ------------------------------------------------------------------------------------

    async def _carry_out(
        self, todos: Sequence[Errand], calendar_id: str, corrections: Iterable[Sent]
    ) -> bool:
        """Send batch after batch, each in the books before and after; False: the slice is over."""
        entries = list(corrections)
        total = self._changed.total() + len(todos)
        for start in range(0, len(todos), MOST_IN_A_BATCH):
            some = todos[start : start + MOST_IN_A_BATCH]
            if start and self._now() >= self._until:
                await self._record(entries, total)
                return False
            # A change is safe to repeat; what is made or taken away is written down beforehand.
            entries += [entry for it in some if it.is_doubtful and (entry := it.entry())]
            await self._record(entries, total)
            ended, trouble = await self._sent(some, calendar_id)
            entries = [entry for errand in ended if (entry := errand.entry())]
            self._changed.update(errand.end for errand in ended if errand.end)
            if trouble is not None:
                await self._record(entries, total)
                raise trouble
        await self._record(entries, total)
        if self._refused:
            raise self._refused[0]
        return True

    async def _sent(
        self, todos: Sequence[Errand], calendar_id: str
    ) -> tuple[list[Errand], LearnbaseError | None]:
        """Return what came to an end, and what went wrong with the others."""
        ended: list[Errand] = []
        trouble: LearnbaseError | None = None
        waiting = list(todos)
        for _ in range(_ROUNDS):
            answers = await self._google.together([errand.call(calendar_id) for errand in waiting])
            further: list[Errand] = []
            for errand, answer in zip(waiting, answers, strict=True):
                if isinstance(answer, LearnbaseError):
                    trouble = trouble or answer
                    continue
                try:
                    then = errand.after(answer)
                except Refused as problem:  # the others need not suffer
                    self._refused.append(problem)
                    continue
                except LearnbaseError as problem:
                    trouble = trouble or problem
                    continue
                (ended if then.end else further).append(then)
            if not further or trouble is not None:
                return ended, trouble
            waiting = further
        return ended, away("somebody else changes the same events again and again")

    async def _record(self, entries: Iterable[Sent], total: int) -> None:
        done = self._changed.total()
        await self._books.record(items=entries, done=done, total=total, changed=self._changed)

    def _calendar_deleted(self) -> outcome.Stopped:
        return outcome.Stopped(
            "calendar_deleted",
            f"The calendar “{self._name}” is gone from Google Calendar",
            remedy="Say that it may be made anew, or remove the export",
            needs="word",
        )

    def _left_out(self) -> list[str]:
        if not (kept := self._changed["kept"]):
            return []
        if kept == 1:
            return ["An event that you deleted in Google Calendar is left out until it is moved"]
        return [f"{kept} events that you deleted in Google Calendar are left out until they move"]

    def _perhaps_another(self) -> list[str]:
        if not self._container.get("perhaps_another"):
            return []
        return [_PERHAPS.format(name=self._name)]
