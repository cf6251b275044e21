"""The books of an export: what is about to be done outside, and what was done."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from learnbase.jobs import NoLongerNeeded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from learnbase.exporting.actions import Sent


FRESH = 5.0
"""Seconds after a record for which what it announced may still be begun."""


class Books(Protocol):
    """The schema `worker`."""

    async def call(self, function: str, /, **arguments: Any) -> Any:
        """Call one of its functions."""


class Delivery(Protocol):
    """The message in hand."""

    @property
    def msg_id(self) -> int:
        """The message."""

    @property
    def read_ct(self) -> int:
        """Which of its deliveries this is."""


class Recorder:
    """Records in one transaction what is done and what comes next, and keeps the delivery alive.

    The rule that makes a kill harmless: what is about to be made is recorded as `sending` before
    the request goes out, and what is about to be taken away as `removing`. So whoever comes next
    has doubts about those alone, and resolves them by looking.
    """

    def __init__(self, database: Books, queue: str, job: Delivery) -> None:
        """Keep the books of one delivery.

        Args:
            database: takes the calls.
            queue: where the message came from.
            job: whose `(msg_id, read_ct)` fences each record.
        """
        self._database = database
        self._recorded_at = 0.0
        self._token = {"queue": queue, "msg_id": job.msg_id, "read_ct": job.read_ct}

    async def record(
        self,
        *,
        items: Iterable[Sent] = (),
        container: Mapping[str, Any] | None = None,
        done: int | None = None,
        total: int | None = None,
        changed: Mapping[str, int] | None = None,
    ) -> None:
        """Write down what is given.

        Args:
            items: things outside; `gone` strikes one out.
            container: what holds them, whole.
            done: how many are as they should be.
            total: of how many.
            changed: created, updated, deleted, … so far.

        Raises:
            NoLongerNeeded: cancelled, or somebody else has the delivery by now.
        """
        said = {"container": container, "done": done, "total": total, "changed": changed}
        report: dict[str, Any] = {name: it for name, it in said.items() if it is not None}
        entries = [asdict(item) for item in items]
        if entries:
            report["items"] = entries
        began_at = time.monotonic()
        standing = await self._database.call("record_export", **self._token, report=report)
        if standing != "held":
            raise NoLongerNeeded
        self._recorded_at = began_at

    async def check(self) -> None:
        """Ask again whether the delivery is ours, unless that was said a moment ago.

        For what has no id of our own: whoever stood still, or waited long for a turn, may have been
        followed by somebody who looked, found nothing and made it.

        Raises:
            NoLongerNeeded: cancelled, or somebody else has it.
        """
        if time.monotonic() - self._recorded_at > FRESH:
            await self.record()
