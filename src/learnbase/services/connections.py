"""The tokens of people's accounts at other services: sealed, fresh, and refreshed by one at a time.

A service that rotates its refresh tokens lets each be used once, so two workers that refresh at
the same moment would end a connection. Hence: within a process a lock for each connection, and
across processes a lease on its row (`worker.lease_refresh`), fenced by the version of the tokens. A
death between the service's answer and our writing it down ends the connection where the service
rotates; the next refresh is refused then, and the person is asked to connect again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

from learnbase.errors import LearnbaseError, Unavailable
from learnbase.log import get_log
from learnbase.security.sealing import SealBroken, UnknownKey
from learnbase.services.oauth import Revoked
from learnbase.services.sealed_pair import Pair

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from learnbase.security.sealing import Keyring
    from learnbase.services.oauth import Provider

_LIVES = dt.timedelta(minutes=1)  # a token that ends sooner may be over before it arrives
_LEASE = 30  # seconds, longer than a refresh may take (see `Provider`)
_PATIENCE = 40.0  # seconds to wait for somebody else's refresh, a lease and a little more
_PAUSE = 0.2  # seconds between two looks whether it is done
_SAVES = 4
_PAGE = 500
log = get_log(__name__)


class Calls(Protocol):
    """The schema `worker`."""

    async def call(self, function: str, /, **arguments: Any) -> Any:
        """Call a function and give back its answer."""


class Tokens(Protocol):
    """Access to one person's account."""

    async def current(self) -> str:
        """Return an access token that lives a minute at least, refreshed if need be.

        Raises:
            ReconnectNeeded: there is none to be had any more.
            Unavailable: the service does not answer.
        """

    async def after_refusal(self, refused: str) -> str:
        """Return the token that follows one that the service refused with 401.

        Raises:
            ReconnectNeeded, Unavailable: as `current`.
        """

    async def ended(self, refused: str) -> ReconnectNeeded:
        """Say that the service refused a fresh token as well; return the error to raise."""


class ReconnectNeeded(LearnbaseError):
    """The service no longer lets us in; the person has to connect the account again."""

    def __init__(self, provider: str = "") -> None:
        """Name the service, where it is known."""
        name = NAMES.get(provider)
        super().__init__(
            f"{name or 'The service'} no longer lets Learnbase in",
            remedy=f"Connect {name or 'the account'} again",
            code="reconnect",
        )


NAMES = {"notion": "Notion", "google": "Google Calendar"}
"""How people know the services."""


@dataclass(frozen=True)
class Ended:
    """How a connection ended.

    Attributes:
        code: Why nothing was revoked; None where it was.
    """

    is_revoked: bool
    code: str | None


class Connections:
    """Hands out access to people's accounts, for as long as a process lives."""

    def __init__(
        self,
        database: Calls,
        keyring: Keyring,
        oauth: Mapping[str, Provider],
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            database: the schema `worker`.
            keyring: what tokens are sealed with.
            oauth: by provider; one that is not set up is missing.
            now: the time, UTC.
        """
        self.database = database
        self.keyring = keyring
        self.oauth = oauth
        self.now = now
        # Two refreshes of one process take turns by a lock, so one name suffices for the lease.
        self.holder = str(uuid.uuid4())
        self.under_way: set[asyncio.Task[Kept | None]] = set()
        self._open: WeakValueDictionary[str, Connection] = WeakValueDictionary()

    def tokens(
        self, connection_id: str, user_id: str, provider: str, account_id: str | None = None
    ) -> Tokens:
        """Access to one account; the same object for the same connection while it is in use.

        Args:
            connection_id: the row.
            user_id: whose it is.
            provider: notion or google.
            account_id: the account that is meant, since a row can come to hold another; None: any.
        """
        key = f"{connection_id} {user_id} {provider} {account_id}"
        found = self._open.get(key)
        if found is None:
            found = Connection(self, connection_id, user_id, provider, account_id)
            self._open[key] = found
        return found

    async def revoke(self, connection: Mapping[str, Any]) -> Ended:
        """End a connection at its service.

        Args:
            connection: `id`, `user_id`, `provider` and `sealed_tokens`, as the row has them.

        Raises:
            Unavailable: the service does not answer.
        """
        provider = self.oauth.get(connection["provider"])
        if provider is None or connection["sealed_tokens"] is None:
            return Ended(is_revoked=False, code="not_set_up" if provider is None else "no_tokens")
        place = {"person": connection["user_id"], "provider": connection["provider"]}
        try:
            pair = Pair.open(self.keyring, connection["sealed_tokens"], **place)
        except SealBroken as problem:
            return Ended(is_revoked=False, code=problem.code)
        is_revoked = await provider.revoke(pair.access, pair.refresh)
        return Ended(is_revoked, None if is_revoked else "over_already")

    async def close(self) -> None:
        """Let refreshes that are under way end: a rotated token that is not kept is lost."""
        if self.under_way:
            await asyncio.wait(self.under_way)


@dataclass(frozen=True)
class Kept:
    """Tokens as the row has them.

    Attributes:
        version: Of the row, rising with each change.
        expires_at: Of the access token, UTC; None: the service does not say.
    """

    pair: Pair
    version: int
    expires_at: dt.datetime | None

    def lives(self, now: dt.datetime) -> bool:
        """Whether the access token can be used for a while."""
        return self.expires_at is None or self.expires_at > now + _LIVES


class Connection:
    """The tokens of one account, see `Tokens`."""

    def __init__(
        self,
        connections: Connections,
        connection_id: str,
        user_id: str,
        provider: str,
        account_id: str | None,
    ) -> None:
        """See `Connections.tokens`, which makes these."""
        self._all = connections
        self._id = connection_id
        self._user_id = user_id
        self._provider = provider
        self._account_id = account_id
        self._kept: Kept | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> str:
        """See `Tokens.current`."""
        async with self._one_at_a_time:
            if self._kept is None or not self._kept.lives(self._all.now()):
                self._kept = await self._usable(None)
            return self._kept.pair.access

    async def after_refusal(self, refused: str) -> str:
        """See `Tokens.after_refusal`."""
        async with self._one_at_a_time:
            if self._kept is None or self._kept.pair.access == refused:
                self._kept = await self._usable(refused)
            return self._kept.pair.access

    async def ended(self, refused: str) -> ReconnectNeeded:
        """See `Tokens.ended`."""
        async with self._one_at_a_time:
            if self._kept is not None and self._kept.pair.access == refused:
                log.info("fresh_token_refused", connection_id=self._id, provider=self._provider)
                await self._break(self._kept.version, "refused")
                self._kept = None
        return ReconnectNeeded(self._provider)

    async def _usable(self, refused: str | None) -> Kept:
        """Load the tokens, and have them refreshed until they are others than what was refused."""
        self._kept = None
        waited = 0.0
        while waited < _PATIENCE:
            kept = await self._load()
            if kept.pair.access != refused and kept.lives(self._all.now()):
                return kept
            leased = await self._all.database.call(
                "lease_refresh",
                connection_id=self._id,
                version=kept.version,
                holder=self._all.holder,
                seconds=_LEASE,
            )
            match leased["standing"]:
                case "leased":
                    fresh = await self._to_its_end(self._refresh(kept))
                    if fresh is not None:
                        return fresh
                    waited += _PAUSE
                case "broken":
                    raise ReconnectNeeded(self._provider)
                case "wait":
                    pause = _PAUSE * (1 + random.random())  # noqa: S311 - nobody has to guess it
                    waited += pause
                    await asyncio.sleep(pause)
                case _:  # fresh: somebody has refreshed meanwhile
                    waited += _PAUSE
        raise Unavailable(
            f"The access to {NAMES.get(self._provider, self._provider)} is being renewed elsewhere",
            remedy="It is tried again by itself",
        )

    async def _load(self) -> Kept:
        loaded = await self._all.database.call("load_tokens", connection_id=self._id)
        if loaded is None or loaded["status"] != "active":
            raise ReconnectNeeded(self._provider)
        if self._account_id not in {None, loaded["account_id"]}:  # somebody's, but not this one's
            raise ReconnectNeeded(self._provider)
        try:
            pair = Pair.open(
                self._all.keyring,
                loaded["sealed_tokens"],
                person=self._user_id,
                provider=self._provider,
            )
        except UnknownKey as problem:
            # Whoever runs this can put the key back: no reason to send a person away for good.
            log.warning("token_key_missing", key_id=problem.key_id, connection_id=self._id)
            raise Unavailable(
                problem.message, remedy=problem.remedy, field=problem.field, code=problem.code
            ) from None
        except SealBroken:
            log.warning("seal_broken", connection_id=self._id)
            await self._break(loaded["version"], "seal_broken")
            raise ReconnectNeeded(self._provider) from None
        ends = loaded["expires_at"]
        return Kept(pair, loaded["version"], dt.datetime.fromisoformat(ends) if ends else None)

    async def _refresh(self, kept: Kept) -> Kept | None:
        """Refresh and write it down; None: the row tells how it stands now."""
        provider = self._all.oauth.get(self._provider)
        if provider is None:
            name = self._provider.upper()
            raise Unavailable(
                f"{NAMES.get(self._provider, name)} is not set up here",
                remedy=f"Set {name}_CLIENT_ID and {name}_CLIENT_SECRET",
                code="not_set_up",
            )
        if kept.pair.refresh is None:
            await self._break(kept.version, "refused")
            raise ReconnectNeeded(self._provider)
        try:
            issued = await provider.refresh(kept.pair.refresh)
        except Revoked:
            log.info("connection_revoked", connection_id=self._id, provider=self._provider)
            await self._break(kept.version, "revoked")
            return None  # it breaks unless somebody else has used this refresh token meanwhile
        pair = Pair(issued.access, issued.refresh or kept.pair.refresh)
        return await self._save(Kept(pair, kept.version + 1, issued.expires_at))

    async def _save(self, fresh: Kept) -> Kept | None:
        """Write refreshed tokens down; a few tries, for what is not written is lost."""
        sealed = fresh.pair.seal(self._all.keyring, person=self._user_id, provider=self._provider)
        for left in reversed(range(_SAVES)):
            try:
                is_kept = await self._all.database.call(
                    "save_refreshed",
                    connection_id=self._id,
                    holder=self._all.holder,
                    version=fresh.version - 1,
                    sealed_tokens=sealed,
                    expires_at=fresh.expires_at.isoformat() if fresh.expires_at else None,
                )
            except Unavailable:
                if not left:
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                return fresh if is_kept else None
        return None

    async def _break(self, version: int, code: str) -> None:
        await self._all.database.call(
            "break_connection", connection_id=self._id, version=version, code=code
        )

    async def _to_its_end(self, work: Coroutine[Any, Any, Kept | None]) -> Kept | None:
        """Carry on whatever becomes of who waits: half a refresh would end the connection."""
        task = asyncio.create_task(work)
        self._all.under_way.add(task)
        task.add_done_callback(self._all.under_way.discard)
        return await asyncio.shield(task)


async def reseal_all(database: Calls, keyring: Keyring) -> int:
    """Seal with the newest key what an older one sealed; how many were.

    What is refreshed meanwhile is sealed with the newest anyway. What does not open is left as it
    is, and said in the log.
    """
    done, after = 0, None
    while True:
        rows = await database.call(
            "connections_to_reseal", key_id=keyring.newest, after=after, most=_PAGE
        )
        for row in rows:
            place = {"person": row["user_id"], "provider": row["provider"]}
            try:
                pair = Pair.open(keyring, row["sealed_tokens"], **place)
            except SealBroken as problem:
                log.warning("not_resealed", connection_id=row["connection_id"], why=problem.message)
                continue
            done += await database.call(
                "reseal_tokens",
                connection_id=row["connection_id"],
                version=row["version"],
                sealed_tokens=pair.seal(keyring, **place),
            )
        if not rows:
            return done
        after = rows[-1]["connection_id"]
