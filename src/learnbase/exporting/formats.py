"""The formats a plan can be taken along in. Light to import: what each needs comes when asked."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from learnbase.errors import SchemaMismatch, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")


class UnknownFormat(UsageError):
    """A plan cannot be had in this format."""

    def __init__(self, asked: str) -> None:
        """Name the formats there are; what was asked for is shown shortened and quoted."""
        super().__init__(
            f"A plan cannot be exported as {asked[:40]!r}.",
            remedy=f"Choose one of {', '.join(FORMATS)}.",
            field="format",
            code="unknown_format",
        )


class UnknownShape(SchemaMismatch):
    """The database's document is not the one this version knows."""

    def __init__(self, fields: list[str]) -> None:
        """Name the fields, and never what stood in them: that is a learner's."""
        super().__init__(
            f"The plan came in a shape this version does not know: {', '.join(fields[:5])}.",
            remedy="Bring Learnbase and the database to the same version: learnbase doctor.",
            code="unknown_shape",
        )


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        media_type: Its Content-Type, with the character set where there is one to tell.
        extension: What its name ends in, without the dot.
        module, function: Where a plan becomes its bytes.
    """

    media_type: str
    extension: str
    module: str
    function: str


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "ics": Format("text/calendar; charset=utf-8", "ics", "ical", "calendar"),
        "markdown": Format("text/markdown; charset=utf-8", "md", "markdown", "markdown"),
        "csv": Format("text/csv; charset=utf-8; header=present", "csv", "sheet", "csv"),
        "json": Format("application/json", "json", "document", "document"),
    }
)


def render(export: Mapping[str, Any], format: str) -> bytes:  # noqa: A002 (as the address has it)
    """Return a plan as a file; the same plan gives the same bytes.

    Args:
        export: What `rpc/plan_export` answered.
        format: A key of `FORMATS`.

    Raises:
        UnknownFormat: there is no such format.
        UnknownShape: `export` is not a plan as this version knows it.
    """
    if format not in FORMATS:
        raise UnknownFormat(format)
    from learnbase.exporting.document import PlanExport  # noqa: PLC0415 (pydantic is heavy)

    chosen = FORMATS[format]
    plan = _validated(PlanExport, export)
    made = getattr(import_module(f"learnbase.exporting.{chosen.module}"), chosen.function)(plan)
    if isinstance(made, bytes):
        return made
    # Excel takes a file without a byte order mark for one in the machine's old code page.
    text: str = made
    return text.encode("utf-8-sig" if format == "csv" else "utf-8")


def render_feed(feed: Mapping[str, Any]) -> bytes:
    """Return one calendar over all plans of a learner; the same plans give the same bytes.

    Args:
        feed: The `feed` in what `worker.load_feed` answered.

    Raises:
        UnknownShape: `feed` is not a feed as this version knows it.
    """
    from learnbase.exporting.document import Feed  # noqa: PLC0415 (pydantic is heavy)
    from learnbase.exporting.ical import calendar  # noqa: PLC0415

    return calendar(_validated(Feed, feed))


def _validated(model: type[Model], given: Mapping[str, Any]) -> Model:
    from pydantic import ValidationError  # noqa: PLC0415 (heavy)

    try:
        return model.model_validate(given)
    except ValidationError as error:
        places = [".".join(map(str, found["loc"])) or "all of it" for found in error.errors()]
        raise UnknownShape(places) from None
