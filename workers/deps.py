"""What a job may use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnbase.jobs import GiveUp

if TYPE_CHECKING:
    from learnbase.digest.addresses import Addresses
    from learnbase.jobs import Reach
    from learnbase.services.accounts import Accounts
    from learnbase.services.connections import Connections, Tokens
    from learnbase.services.google_calendar import GoogleCalendar
    from learnbase.services.llm import Model
    from learnbase.services.mailing import Post
    from learnbase.services.notion import Notion
    from learnbase.services.web import Web


@dataclass(frozen=True)
class Deps:
    """Handed to every handler.

    Attributes:
        database: The schema `worker`; a call waits while the database is away.
        web: Looks at pages of the public web.
        model: The model to ask; None plans with the built-in planner.
        accounts: People's accounts elsewhere; None where TOKEN_KEYS is not set.
        leads: Where links in letters lead; None where that is not set up.
        mail: What carries letters; None where that is not set up.
    """

    database: Reach
    web: Web
    model: Model | None = None
    accounts: Accounts | None = None
    leads: Addresses | None = None
    mail: Post | None = None

    @property
    def connections(self) -> Connections:
        """What opens people's accounts."""
        return self._accounts.connections

    def notion(self, tokens: Tokens) -> Notion:
        """Return the Notion that tokens open."""
        return self._accounts.notion(tokens)

    def google(self, tokens: Tokens) -> GoogleCalendar:
        """Return the Google Calendar that tokens open."""
        return self._accounts.google(tokens)

    @property
    def addresses(self) -> Addresses:
        """Where links in letters lead."""
        if self.leads is None:
            raise GiveUp("not_set_up", "Links in letters are not set up here.")
        return self.leads

    @property
    def post(self) -> Post:
        """What carries letters."""
        if self.mail is None:
            raise GiveUp("not_set_up", "Mail is not set up here.")
        return self.mail

    @staticmethod
    def now() -> dt.datetime:
        """Return the time, UTC."""
        return dt.datetime.now(dt.UTC)

    @property
    def _accounts(self) -> Accounts:
        if self.accounts is None:  # `learnbase work` does not take such jobs then
            raise GiveUp("not_set_up", "Accounts at other services are not set up here.")
        return self.accounts
