"""The books of one export in memory: what `worker.load_export` and `record_export` keep."""

from __future__ import annotations

import copy
import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


class Killed(BaseException):
    """The process is no more."""


class Books:
    """Takes the calls of a `Recorder`.

    Attributes:
        rows: The items, by key.
        container: As it was recorded last.
        reports: Each report, in order.
        standing: What a record answers.
        kill_before: The number of the record that a process does not live to make.
        kill_after: The number of the record that it makes as its last deed.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.rows: dict[str, Json] = {}
        self.container: Json | None = None
        self.changed: Json = {}
        self.reports: list[Json] = []
        self.standing = "held"
        self.kill_before: int | None = None
        self.kill_after: int | None = None
        self._clock = clock

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC)

    async def call(self, function: str, /, **arguments: Any) -> Any:
        assert function == "record_export"
        assert (arguments["queue"], arguments["msg_id"], arguments["read_ct"]) == ("q", 1, 1)
        if self.kill_before == len(self.reports):
            raise Killed
        if self.standing == "held":
            self._record(copy.deepcopy(arguments["report"]))
        if self.kill_after == len(self.reports) - 1:
            raise Killed
        return self.standing

    def _record(self, report: Json) -> None:
        assert report.keys() <= {"container", "done", "total", "changed", "items"}
        self.reports.append(report)
        self.container = report.get("container", self.container)
        self.changed = report.get("changed", self.changed)
        items = report.get("items", [])
        keys = [item["key"] for item in items]
        assert len(keys) == len(set(keys)), "one row is written once in a statement"
        for item in items:
            if item["state"] == "gone":
                self.rows.pop(item["key"], None)
                continue
            before = self.rows.get(item["key"], {}).get("external_id")
            known = {"external_id": item["external_id"] or before, "since": self.now().isoformat()}
            self.rows[item["key"]] = item | known

    def loaded(
        self,
        document: Json | None,
        *,
        action: str = "export",
        confirmed: bool = False,
        parent: Json | None = None,
    ) -> Json:
        """What a delivery of this export loads; without a document it is to be removed."""
        return copy.deepcopy(
            {
                "standing": "held",
                "export": {
                    "id": "11111111-2222-4333-8444-555555555555",
                    "action": action,
                    "topic": "Swift for iOS",
                    "options": {"parent": parent} if parent else {},
                    "container": self.container,
                    "confirmed": confirmed,
                    "changed": self.changed,
                },
                "connection": {"id": "c", "user_id": "u", "provider": "notion", "account_id": "a"},
                "document": document,
                "items": list(self.rows.values()),
            }
        )

    @property
    def doubtful(self) -> list[Json]:
        return [row for row in self.rows.values() if row["state"] != "sent"]
