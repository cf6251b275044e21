"""The API under a person's own token: Postgres decides what they may read, and never the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from learnbase.edge.errors import Problem, away

if TYPE_CHECKING:
    from learnbase.services.tokens import Person
    from learnbase.settings import PublicAccess

_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
# https://docs.postgrest.org/en/v12/references/errors.html: what we call is not there.
_MISSING = frozenset({"PGRST106", "PGRST202", "PGRST203", "42883"})
_STATEMENT_TIMEOUT = "57014"
_SERVER_ERROR = 500


class PersonDoor:
    """Calls functions and reads tables of the schema public as somebody."""

    def __init__(self, access: PublicAccess, *, connections: int) -> None:
        """Prepare a pool of connections, which all people share; nothing is sent yet."""
        self._http = httpx.AsyncClient(
            base_url=f"{access.url}/rest/v1/",
            headers={"apikey": access.publishable_key},
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=connections, keepalive_expiry=4.0),
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(self, person: Person, function: str, /, **arguments: Any) -> Any:
        """Call a function as this person and give back its answer.

        Raises:
            Problem: what the API refuses, as it refuses it; 503 and 504 where it does not answer.
        """
        return await self._ask(person, "POST", f"rpc/{function}", json=arguments)

    async def rows(self, person: Person, table: str, /, **query: str) -> list[dict[str, Any]]:
        """Read the rows that this person may read; `query` is PostgREST's own.

        Raises:
            Problem: as `call`.
        """
        found = await self._ask(person, "GET", table, params=query)
        if not isinstance(found, list):
            raise away("The API does not answer")
        return found

    async def _ask(self, person: Person, method: str, path: str, **sent: Any) -> Any:
        try:
            answer = await self._http.request(
                method, path, headers={"Authorization": f"Bearer {person.token}"}, **sent
            )
        except httpx.TimeoutException:
            raise Problem(
                504, "database_slow", "The API took too long", hint="Try again in a moment"
            ) from None
        except httpx.HTTPError:
            raise away("The API does not answer") from None
        said = _json(answer)
        if answer.is_success:
            return said
        raise _refusal(answer, said if isinstance(said, dict) else {})


def _refusal(answer: httpx.Response, said: dict[str, Any]) -> Problem:
    code = str(said.get("code") or "")
    if code in _MISSING:
        return away("The database lacks what this edge needs", code="schema_mismatch")
    if code == _STATEMENT_TIMEOUT:
        return Problem(504, "database_slow", "The database took too long", hint="Try again later")
    if answer.status_code >= _SERVER_ERROR or not code or not said.get("message"):
        wait = answer.headers.get("retry-after", "")
        return away("The API does not answer", seconds=float(wait) if wait.isdecimal() else None)
    wait = answer.headers.get("retry-after", "")
    return Problem(
        answer.status_code,
        code,
        str(said["message"]),
        details=_text(said.get("details")),
        hint=_text(said.get("hint")),
        headers={"Retry-After": wait} if wait.isdecimal() else None,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
