"""A job: the message as it was delivered, and the same as its handler sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from learnbase.jobs.decisions import GiveUp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pydantic import BaseModel

Json = dict[str, Any]
PayloadT = TypeVar("PayloadT", bound="BaseModel")
DepsT = TypeVar("DepsT")


@dataclass(frozen=True)
class Delivery:
    """A message in hand; `(msg_id, read_ct)` is its fencing token.

    Attributes:
        queue: Where it came from.
        msg_id: The message.
        read_ct: Which of its deliveries this is.
        message: What it says; anything at all until it is parsed.
        failures: How often this job failed before.
        enqueued_at: ISO 8601, UTC.
        alone: Whether its deliveries keep getting lost, so that it must run without neighbours.
    """

    queue: str
    msg_id: int
    read_ct: int
    message: Any
    failures: int = 0
    enqueued_at: str = ""
    alone: bool = False

    @property
    def token(self) -> dict[str, int]:
        """The fencing token, as outcome functions take it."""
        return {"msg_id": self.msg_id, "read_ct": self.read_ct}


class Reporter(Protocol):
    """Carries a job's reports to its row."""

    async def report(self, report: Json) -> None:
        """Send a report, or keep it for the next moment to send one."""

    def take(self) -> Json:
        """Hand over what is kept, to be sent with something else."""

    def put_back(self) -> None:
        """Say that what was handed over did not travel."""


@dataclass(frozen=True)
class Job(Generic[PayloadT]):
    """A job as its handler sees it.

    Attributes:
        delivery: The message and its fencing token.
        payload: What the message says, parsed.
        said: Fields that everything logged about this job carries; a handler may add to it.
    """

    delivery: Delivery
    payload: PayloadT
    reporter: Reporter
    said: Json = field(default_factory=dict)

    @property
    def msg_id(self) -> int:
        """The message."""
        return self.delivery.msg_id

    @property
    def read_ct(self) -> int:
        """Which of its deliveries this is."""
        return self.delivery.read_ct

    async def report(self, *, progress: int | None = None, draft: Json | None = None) -> None:
        """Tell the person who waits how far it is; about once a second travels, always the newest.

        Args:
            progress: per cent, 0 to 100.
            draft: what there is so far.

        Raises:
            NoLongerNeeded: it was cancelled, or somebody else has the job.
        """
        report = {"progress": progress, "draft": draft}
        await self.reporter.report(
            {name: value for name, value in report.items() if value is not None}
        )

    def unsent_report(self) -> Json:
        """What was reported and did not travel yet; whoever takes it sends it along."""
        return self.reporter.take()

    def report_again(self) -> None:
        """Say that what was taken did not travel: it is still to be sent."""
        self.reporter.put_back()


@dataclass(frozen=True)
class Work(Generic[PayloadT, DepsT]):
    """What a worker file brings.

    Attributes:
        payload: The model of its message, `v` included.
        handle: Does the job and returns the result for `worker.complete_<queue>`.
        version: The newest version of the message that it understands.
    """

    payload: type[PayloadT]
    handle: Callable[[Job[PayloadT], DepsT], Awaitable[Json]]
    version: int = 1

    def is_too_new(self, message: Any) -> bool:
        """Whether a newer worker wrote this message for a newer worker."""
        return (_version(message) or 0) > self.version

    def parse(self, message: Any) -> PayloadT:
        """Read a message.

        Raises:
            GiveUp: it is not of the payload's shape.
        """
        from pydantic import ValidationError  # noqa: PLC0415 - keeps the package light

        if _version(message) is None:
            raise GiveUp("malformed_message", "The job's message has no version")
        try:
            return self.payload.model_validate(message)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "message"
            raise GiveUp(
                "malformed_message", f"The job's message is malformed: {where}: {first['msg']}"
            ) from None


def _version(message: Any) -> int | None:
    """The version that a message says; true is none, though Python takes it for 1."""
    version = message.get("v") if isinstance(message, dict) else None
    return version if type(version) is int else None
