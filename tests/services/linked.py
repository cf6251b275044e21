"""Accounts that are connected already, and who reaches for their tokens."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from learnbase.security.sealing import Keyring
from learnbase.services import token_desk
from learnbase.services.connections import Connections
from learnbase.services.database import Database
from learnbase.services.oauth import providers
from learnbase.services.sealed_pair import Pair
from learnbase.settings import ServiceAccess, Settings
from tests.fakes.oauth import Account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.fakes.sign_in import SignIn
    from tests.world import Person, World

KEYS = {name: f"{name}:{base64.b64encode(name.encode() * 32).decode()}" for name in "abcd"}


class Site:
    """A database, two services, and whoever is connected.

    Attributes:
        env: What a process needs to be part of it.
    """

    def __init__(self, world: World, outside: SignIn) -> None:
        self.world, self.outside = world, outside
        self.env = {
            "SUPABASE_URL": world.url,
            "SUPABASE_SECRET_KEY": world.secret_key,
            "TOKEN_KEYS": KEYS["a"],
            **outside.settings(),
        }

    async def connect(
        self, provider: str = "notion", *, lives: float | None = 3600, refresh: bool = True
    ) -> Row:
        """Somebody new, with an account there and their tokens in the database."""
        ada = self.world.person()
        authority = getattr(self.outside, provider)
        account = authority.add(Account(f"account of {ada.id}", "Ada", ada.email))
        access, kept = authority.permit(account)
        sealed = Pair(access, kept if refresh else None).seal(
            Keyring.parse(self.env["TOKEN_KEYS"]), person=ada.id, provider=provider
        )
        ends = None if lives is None else dt.datetime.now(dt.UTC) + dt.timedelta(seconds=lives)
        async with self.database() as database:
            saved = await database.call(
                "save_connection",
                user_id=ada.id,
                provider=provider,
                account_id=account.id,
                account_name=account.name,
                scopes=[],
                sealed_tokens=sealed,
                expires_at=ends.isoformat() if ends else None,
            )
        return Row(self.world, saved["connection_id"], ada, provider, access)

    def database(self) -> Database:
        return Database(ServiceAccess(url=self.world.url, secret_key=self.world.secret_key))

    @asynccontextmanager
    async def worker(self, **changes: str) -> AsyncIterator[Connections]:
        """What a worker has, in this process."""
        async with opened({**self.env, **changes}) as connections:
            yield connections


class Row:
    """A connection as the database has it."""

    def __init__(self, world: World, row: str, owner: Person, provider: str, access: str) -> None:
        self.id, self.owner, self.person = row, owner, owner.id
        self.provider, self.access = provider, access
        self._world = world

    @property
    def place(self) -> tuple[str, str, str]:
        return self.id, self.person, self.provider

    def read(self) -> dict[str, Any]:
        [row] = self._world.sql(
            "select c.status, c.error, t.* from public.connections c"
            " join private.connection_tokens t on t.connection_id = c.id where c.id = %s",
            self.id,
        )
        return row


@asynccontextmanager
async def opened(env: Mapping[str, str]) -> AsyncIterator[Connections]:
    """Make what a worker has, of what its environment says."""
    settings = Settings(**{name.lower(): value for name, value in env.items()})  # type: ignore[arg-type]
    assert settings.token_keys is not None
    keyring = Keyring.parse(settings.token_keys.get_secret_value())
    async with Database(settings.service_access()) as database, token_desk.wire() as wire:
        connections = Connections(database, keyring, providers(settings, wire))
        yield connections
        await connections.close()


async def _crowd(connection_id: str, user_id: str, provider: str, refused: str) -> None:
    """Be a process in which many want a new token at once."""
    async with opened(os.environ) as connections:
        sys.stdin.read(1)
        tokens = [connections.tokens(connection_id, user_id, provider) for _ in range(25)]
        sys.stdout.write(
            json.dumps(await asyncio.gather(*(one.after_refusal(refused) for one in tokens)))
        )


if __name__ == "__main__":
    asyncio.run(_crowd(*sys.argv[1:]))
