"""What models cost and what the platform affords: two tables of the schema `worker`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from postgrest import SyncPostgrestClient
from postgrest.exceptions import APIError

from learnbase.errors import Unavailable
from learnbase.services.refusals import learnbase_error, raise_unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    from learnbase.settings import ServiceAccess

PRICES = "model_prices"
LIMITS = "platform_limits"
Row = dict[str, Any]


class Books:
    """One of the tables, by the column that names its rows."""

    def __init__(self, access: ServiceAccess, table: str, key: str) -> None:
        """Prepare; nothing is sent yet.

        Args:
            access: the project's address and secret key.
            table: `PRICES` or `LIMITS`.
            key: `model` or `name`.
        """
        self._access = access
        self._table = table
        self._key = key

    def rows(self) -> list[Row]:
        """All of them, by name.

        Raises:
            Unavailable, AccessDenied, SchemaMismatch: as the API answers; so for all methods.
        """
        return self._run(lambda table: table.select("*").order(self._key))

    def put(self, row: Row) -> None:
        """Write a row, in place of one of the same name."""
        self._run(lambda table: table.upsert(row, on_conflict=self._key))

    def remove(self, name: str) -> bool:
        """Delete the row of this name; False when there is none."""
        return bool(self._run(lambda table: table.delete().eq(self._key, name)))

    def _run(self, ask: Callable[[Any], Any]) -> list[Row]:
        key = self._access.secret_key
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        hooks = {"response": [_check]}
        with httpx.Client(timeout=20, trust_env=False, event_hooks=hooks) as http:
            client = SyncPostgrestClient(
                f"{self._access.url}/rest/v1", schema="worker", headers=headers, http_client=http
            )
            try:
                found: list[Row] = ask(client.from_(self._table)).execute().data
            except APIError as refusal:
                raise learnbase_error(refusal) from refusal
            except httpx.HTTPError as problem:
                raise Unavailable(
                    f"The API does not answer at {self._access.url}", remedy="Check SUPABASE_URL"
                ) from problem
        return found


def _check(response: httpx.Response) -> None:
    if response.is_error:
        response.read()
        raise_unanswered(response)
