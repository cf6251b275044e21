"""The database as a worker reaches it: PostgREST, the schema `worker`, the secret key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx
from postgrest import AsyncPostgrestClient
from postgrest.exceptions import APIError

from learnbase.errors import AccessDenied, LearnbaseError, SchemaMismatch, Unavailable
from learnbase.services.refusals import learnbase_error, raise_unanswered

if TYPE_CHECKING:
    from types import TracebackType

    from learnbase.settings import ServiceAccess

# Statements end after 8 s on the server; what takes longer than this is a connection gone dead.
TIMEOUT = httpx.Timeout(20.0, connect=5.0, pool=30.0)
# Connection trouble, too many of them, a server that is going down or coming up.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_AWAY = ("08", "53", "57P")
_NOT_EXPOSED = "PGRST106"


class Database:
    """Calls the functions and reads the tables of the schema `worker`, each a transaction."""

    def __init__(self, access: ServiceAccess, *, connections: int = 20) -> None:
        """Prepare a pool of connections; nothing is sent yet.

        Args:
            access: the project's address and secret key.
            connections: how many calls may travel at once.
        """
        # HTTP/1.1: one broken connection must not take every request in flight along.
        self._http = httpx.AsyncClient(
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=connections, keepalive_expiry=15.0),
            trust_env=False,
            event_hooks={"response": [_check]},
        )
        self._client = AsyncPostgrestClient(
            f"{access.url}/rest/v1",
            schema="worker",
            headers={"apikey": access.secret_key, "Authorization": f"Bearer {access.secret_key}"},
            http_client=self._http,
            retry_enabled=False,
        )
        self.url = access.url

    async def __aenter__(self) -> Self:
        """Open the pool."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the pool."""
        await self._http.aclose()

    async def call(self, function: str, /, **arguments: Any) -> Any:
        """Call a function and give back its answer.

        Raises:
            Unavailable: no answer, or one that says the database is away. The call may have been
                carried out all the same.
            AccessDenied: the key does not open this door.
            SchemaMismatch: the schema or the function is missing.
            Rejected, NotFound: the function refused, with its code.
        """
        return await self._run(self._client.rpc(function, arguments), f"worker.{function}")

    async def rows(
        self, table: str, select: str = "*", order: str | None = None, **equal: Any
    ) -> list[dict[str, Any]]:
        """Read the rows of a table whose columns equal the given values.

        Raises:
            Unavailable, AccessDenied, SchemaMismatch, Rejected: as `call`.
        """
        query = self._client.from_(table).select(select)
        for column, value in equal.items():
            query = query.eq(column, value)
        if order:
            query = query.order(order)
        found: list[dict[str, Any]] = await self._run(query, f"worker.{table}")
        return found

    async def _run(self, request: Any, wanted: str) -> Any:
        try:
            return (await request.execute()).data
        except APIError as refusal:
            raise self._refusal(refusal, wanted) from refusal
        except AccessDenied as refusal:
            raise self._wrong_key(refusal) from refusal
        except Unavailable as problem:
            raise self._away(problem.message) from problem
        except (httpx.HTTPError, OSError) as problem:
            raise self._away(str(problem) or type(problem).__name__) from problem

    def _refusal(self, refusal: APIError, wanted: str) -> LearnbaseError:
        code = str(refusal.code or "")
        error = learnbase_error(refusal)
        if isinstance(error, Unavailable) or code.startswith(_AWAY):
            return self._away(error.message)
        if isinstance(error, AccessDenied):
            return self._wrong_key(error)
        if code == _NOT_EXPOSED:
            return SchemaMismatch(
                f"The API at {self.url} does not expose the schema worker",
                remedy="Add worker to the exposed schemas (Settings, API), beside public",
                code=code,
            )
        if isinstance(error, SchemaMismatch):
            return SchemaMismatch(
                f"{wanted} is missing in the database at {self.url}",
                remedy="Apply the migrations: supabase db push (locally: make stack)",
                code=code,
            )
        return error

    def _wrong_key(self, refusal: AccessDenied) -> AccessDenied:
        return AccessDenied(
            f"The project at {self.url} refuses the secret key: {refusal.message}",
            remedy="Set SUPABASE_SECRET_KEY to the project's current secret key",
            field="SUPABASE_SECRET_KEY",
            code=refusal.code,
        )

    def _away(self, reason: str) -> Unavailable:
        return Unavailable(
            f"The database does not answer at {self.url}: {reason}",
            remedy="Check SUPABASE_URL and that the project is up (locally: make stack)",
        )


async def _check(response: httpx.Response) -> None:
    if response.is_error:
        await response.aread()
        raise_unanswered(response)
