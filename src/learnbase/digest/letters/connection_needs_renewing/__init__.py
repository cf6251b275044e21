"""A connected account no longer lets Learnbase in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.digest import context
from learnbase.digest.context import PROVIDERS, Line, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    provider: Provider
    account: Line | None

    @property
    def service(self) -> str:
        """What people call the provider."""
        return PROVIDERS[self.provider]

    def needs(self) -> Iterator[str]:
        """Accounts are connected again where they were connected."""
        yield "connections"
