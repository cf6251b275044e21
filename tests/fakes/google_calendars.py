"""Everybody's calendars, as the service keeps them: a call goes in, an answer comes out."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.google_busy import free_busy
from tests.fakes.google_contract import AUTH
from tests.fakes.google_events import Kept, check, check_id, clean, merged, zone_is_known
from tests.fakes.google_listing import Now, first_of, page_of
from tests.fakes.google_wire import Answer, Call, Json, Wrong, bad, no, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from re import Match

    from tests.fakes.oauth import Account, Permission

SYNC_LIVES = 7 * 86_400.0  # seconds
_LISTS = 250

_ALL, _OURS = "calendar", "calendar.app.created"
_SCOPES = {
    "make": {_ALL, _OURS, "calendar.calendars"},
    "see": {_ALL, _OURS, "calendar.calendars", "calendar.calendars.readonly", "calendar.readonly"},
    "write": {_ALL, _OURS, "calendar.events", "calendar.events.owned"},
    "read": {
        *(_ALL, _OURS, "calendar.events", "calendar.events.owned", "calendar.events.freebusy"),
        *("calendar.events.readonly", "calendar.events.owned.readonly", "calendar.readonly"),
    },
    "list": {_ALL, "calendar.calendarlist", "calendar.calendarlist.readonly", "calendar.readonly"},
    "freebusy": {_ALL, "calendar.events.freebusy", "calendar.freebusy", "calendar.readonly"},
}
# With one of these alone, what the application did not make is not there.
_NARROW = {
    *(_OURS, "calendar.events.freebusy", "calendar.freebusy"),
    *("calendar.calendarlist", "calendar.calendarlist.readonly"),
}


@dataclass
class Calendar:
    """A calendar; `said` is its summary, description and time zone."""

    id: str
    owner: Account
    said: Json
    by_app: bool
    version: int
    events: dict[str, Kept] = field(default_factory=dict)
    is_deleted: bool = False

    @property
    def zone(self) -> str:
        return str(self.said.get("timeZone", "UTC"))

    @property
    def etag(self) -> str:
        return f'"{self.version:016d}"'


class Calendars:
    """All of them, of everybody.

    Attributes:
        by_id: Deleted ones too.
        deleted_are_bare: A deleted event tells its id and status only, which is all that the
            service promises.
        sync_lives: Seconds that a sync token serves.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.by_id: dict[str, Calendar] = {}
        self.deleted_are_bare = False
        self.sync_lives = SYNC_LIVES
        self._clock = clock
        self._version = 3_500_000_000_000_000
        one, event = r"/calendars/([^/]+)", r"/calendars/([^/]+)/events/([^/]+)"
        self._table: list[tuple[str, str, str, Callable[..., Answer]]] = [
            ("POST", "/calendars", "make", self._make),
            ("GET", one, "see", self._get_calendar),
            ("PATCH", one, "make", self._change_calendar),
            ("PUT", one, "make", self._change_calendar),
            ("DELETE", one, "make", self._delete_calendar),
            ("GET", "/users/me/calendarList", "list", self._list_calendars),
            ("POST", f"{one}/events", "write", self._insert),
            ("GET", f"{one}/events", "read", self._list),
            ("GET", event, "read", self._get),
            ("PUT", event, "write", self._put),
            ("PATCH", event, "write", self._patch),
            ("DELETE", event, "write", self._delete),
            ("POST", "/freeBusy", "freebusy", self._busy),
        ]

    def answer(self, call: Call, permission: Permission) -> Answer:
        """Do what a call asks for.

        Raises:
            Wrong: It is refused.
        """
        for method, shape, need, handle in self._table:
            match = re.fullmatch(shape, call.path) if method == call.method else None
            if match:
                scopes = {scope.removeprefix(AUTH) for scope in permission.scopes}
                if not scopes & _SCOPES[need]:
                    raise no("forbidden")
                return handle(call, permission, match)
        raise no("missing")

    def primary(self, owner: Account) -> Calendar:
        """Somebody's own calendar, which each account has."""
        said = {"summary": owner.email, "timeZone": "Europe/Berlin"}
        return self.by_id.setdefault(
            owner.email, Calendar(owner.email, owner, said, by_app=False, version=self.tick())
        )

    def tick(self) -> int:
        """A version that nothing had before."""
        self._version += 2000
        return self._version

    def add(self, calendar: Calendar, body: Json, *, by_app: bool) -> Kept:
        """Put an event in, without asking anybody."""
        now = self._clock()
        said: Json = {"status": "confirmed", "sequence": 0, "reminders": {"useDefault": True}}
        said |= body
        name = str(said.setdefault("id", secrets.token_hex(13)))
        kept = Kept(said, by_app, self.tick(), now, now)
        calendar.events[name] = kept
        return kept

    def change(self, kept: Kept, said: Json) -> None:
        """Write into an event, without asking anybody; what changes nothing leaves the etag."""
        if said != kept.said:
            kept.said, kept.version, kept.updated = said, self.tick(), self._clock()

    def cancel(self, kept: Kept) -> None:
        """Delete an event: it lives on as a cancelled one."""
        self.change(
            kept, kept.said | {"status": "cancelled", "sequence": kept.said["sequence"] + 1}
        )

    def _calendar(self, permission: Permission, name: str) -> Calendar:
        if name == "primary":
            name = self.primary(permission.account).id
        found = self.by_id.get(name)
        scopes = {scope.removeprefix(AUTH) for scope in permission.scopes}
        sees_all = bool({s for s in scopes if s.startswith("calendar")} - _NARROW)
        if not found or found.is_deleted or found.owner is not permission.account:
            raise no("missing")
        if not (sees_all or (found.by_app and _OURS in scopes)):
            raise no("missing")
        return found

    def _event(self, permission: Permission, match: Match[str]) -> tuple[Calendar, Kept]:
        calendar = self._calendar(permission, match[1])
        kept = calendar.events.get(match[2])
        if kept is None:
            raise no("missing")
        return calendar, kept

    def _shown(self, calendar: Calendar, kept: Kept, status: int = 200) -> Answer:
        event = self._as_listed(calendar, kept)
        return Answer(status, event, {"ETag": kept.etag})

    def _as_listed(self, calendar: Calendar, kept: Kept) -> Json:
        if not kept.is_live and self.deleted_are_bare:
            bare = {"kind": "calendar#event", "etag": kept.etag}
            return bare | {"id": kept.said["id"], "status": "cancelled"}
        return kept.shown(calendar.id, calendar.zone, calendar.owner.email)

    def _make(self, call: Call, permission: Permission, _: Match[str]) -> Answer:
        said = self._checked(call.body)
        name = f"c_{secrets.token_hex(32)}@group.calendar.google.com"
        calendar = Calendar(name, permission.account, said, by_app=True, version=self.tick())
        self.by_id[name] = calendar
        return self._about(calendar)

    def _checked(self, body: Any) -> Json:
        said: Json = clean(body or {})
        if not str(said.get("summary", "")).strip():
            raise bad("required", "Missing title.")
        if not zone_is_known(said.get("timeZone", "UTC")):
            raise bad("invalid", "Invalid time zone definition.")
        return {k: said[k] for k in ("summary", "description", "location", "timeZone") if k in said}

    def _about(self, calendar: Calendar) -> Answer:
        about = {"kind": "calendar#calendar", "etag": calendar.etag, "id": calendar.id}
        said = {"timeZone": "UTC"} | calendar.said | {"dataOwner": calendar.owner.email}
        return Answer(200, about | said, {"ETag": calendar.etag})

    def _get_calendar(self, _: Call, permission: Permission, match: Match[str]) -> Answer:
        return self._about(self._calendar(permission, match[1]))

    def _change_calendar(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        calendar = self._calendar(permission, match[1])
        _check_match(call, calendar.etag)
        body = call.body or {}
        new = merged(calendar.said, body) if call.method == "PATCH" else body
        calendar.said, calendar.version = self._checked(new), self.tick()
        return self._about(calendar)

    def _delete_calendar(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        calendar = self._calendar(permission, match[1])
        _check_match(call, calendar.etag)
        if calendar.id == permission.account.email:
            message = "Cannot delete a primary calendar."
            raise Wrong(refusal(400, "calendar", "cannotDeletePrimaryCalendar", message))
        calendar.is_deleted = True
        return Answer(204)

    def _list_calendars(self, call: Call, permission: Permission, _: Match[str]) -> Answer:
        self.primary(permission.account)
        mine = [c for c in self.by_id.values() if c.owner is permission.account]
        living = [calendar for calendar in mine if not calendar.is_deleted]
        size = min(int(call.one("maxResults", "100")), _LISTS)
        start = first_of(call)
        items = []
        for calendar in living[start : start + size]:
            entry = self._about(calendar).body or {}
            about = {"kind": "calendar#calendarListEntry", "accessRole": "owner", "selected": True}
            if calendar.id == permission.account.email:
                about["primary"] = True
            items.append(entry | about)
        more = {"nextPageToken": f"page-{start + size}"} if len(living) > start + size else {}
        return Answer(200, {"kind": "calendar#calendarList", "items": items} | more)

    def _insert(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        calendar = self._calendar(permission, match[1])
        said = {"reminders": {"useDefault": True}} | clean(call.body)
        if "id" in said:
            check_id(said["id"])
            if said["id"] in calendar.events:  # a cancelled one counts as well
                raise no("duplicate")
        check(said)
        return self._shown(calendar, self.add(calendar, said, by_app=True))

    def _get(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        calendar, kept = self._event(permission, match)
        if call.headers.get("if-none-match") in {kept.etag, "*"}:
            return Answer(304)
        return self._shown(calendar, kept)

    def _put(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        calendar, kept = self._event(permission, match)
        usual = {"status": "confirmed", "reminders": {"useDefault": True}}
        return self._write(call, calendar, kept, usual | clean(call.body))

    def _patch(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        calendar, kept = self._event(permission, match)
        return self._write(call, calendar, kept, merged(kept.said, call.body or {}))

    def _write(self, call: Call, calendar: Calendar, kept: Kept, said: Json) -> Answer:
        _check_match(call, kept.etag)
        if said.get("id", kept.said["id"]) != kept.said["id"]:
            raise bad("invalid", "Invalid resource id value.", "id")
        if said.get("sequence", kept.said["sequence"]) < kept.said["sequence"]:
            raise bad("invalid", "Invalid sequence value.", "sequence")
        said = {"sequence": kept.said["sequence"]} | said | {"id": kept.said["id"]}
        check(said)
        when = [kept.said["start"], kept.said["end"]]
        if [said["start"], said["end"]] != when and "sequence" not in (call.body or {}):
            said["sequence"] = kept.said["sequence"] + 1
        self.change(kept, said)
        return self._shown(calendar, kept)

    def _delete(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        _, kept = self._event(permission, match)
        if not kept.is_live:
            raise no("gone")
        _check_match(call, kept.etag)
        self.cancel(kept)
        return Answer(204)

    def _list(self, call: Call, permission: Permission, match: Match[str]) -> Answer:
        calendar = self._calendar(permission, match[1])
        now = Now(self._clock(), self._version, self.sync_lives, self.deleted_are_bare)
        found, marks = page_of(call, list(calendar.events.values()), now)
        answer: Json = {
            "kind": "calendar#events",
            "etag": f'"p{self._version:x}"',
            "summary": calendar.said["summary"],
            "timeZone": calendar.zone,
            "accessRole": "owner",
            "defaultReminders": [],
            "items": [self._as_listed(calendar, kept) for kept in found],
        }
        return Answer(200, answer | marks)

    def _busy(self, call: Call, permission: Permission, _: Match[str]) -> Answer:
        self.primary(permission.account)
        mine = {c.id: c for c in self.by_id.values() if c.owner is permission.account}
        living = {name: found for name, found in mine.items() if not found.is_deleted}
        living["primary"] = living[permission.account.email]
        return free_busy(call.body or {}, {name: each.events for name, each in living.items()})


def _check_match(call: Call, etag: str) -> None:
    asked = call.headers.get("if-match")
    if asked is not None and asked not in {etag, "*"}:
        raise no("changed")
