"""A person's own way in: signing in with Auth, and the API under their token.

Nothing here knows the secret key. Commands that act for somebody act as them, so row level
security decides what they see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import httpx
from postgrest import SyncPostgrestClient
from postgrest.exceptions import APIError
from pydantic import BaseModel, ConfigDict

from learnbase.errors import AccessDenied, Unavailable
from learnbase.services.refusals import learnbase_error, raise_unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class Session(BaseModel):
    """What Auth hands out at sign-in; its timestamps are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    access_token: str
    refresh_token: str
    expires_in: int = 3600


@dataclass(frozen=True)
class Auth:
    """Supabase Auth's endpoints, as a browser would use them.

    Args:
        url: the project's address (SUPABASE_URL).
        publishable_key: its publishable key.
    """

    url: str
    publishable_key: str

    def sign_up(self, email: str, password: str, profile: Mapping[str, str]) -> Session | None:
        """Make an account; None when the address has to be confirmed first.

        Args:
            email: the address.
            password: at least eight characters.
            profile: `name` and `time_zone` (IANA) to begin with.

        Raises:
            AccessDenied: Auth refuses the address or the password.
        """
        body = {"email": email, "password": password, "data": dict(profile)}
        answer = self._post("signup", body)
        return Session.model_validate(answer) if "access_token" in answer else None

    def sign_in(self, email: str, password: str) -> Session:
        """Sign in with a password.

        Raises:
            AccessDenied: the address or password is wrong, or the address is not confirmed.
        """
        body = {"email": email, "password": password}
        return Session.model_validate(self._post("token?grant_type=password", body))

    def refresh(self, refresh_token: str) -> Session:
        """Trade a refresh token, which works once, for a new session."""
        body = {"refresh_token": refresh_token}
        return Session.model_validate(self._post("token?grant_type=refresh_token", body))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = httpx.post(
                f"{self.url}/auth/v1/{path}",
                json=body,
                headers={"apikey": self.publishable_key},
                timeout=TIMEOUT,
                trust_env=False,
            )
        except httpx.HTTPError as problem:
            raise Unavailable(
                f"Auth does not answer at {self.url}",
                remedy="Check SUPABASE_URL, or start the local stack with: make stack",
            ) from problem
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable(
                f"Auth answered {answer.status_code} at {self.url}", remedy="Try again in a moment"
            )
        said = answer.json()
        if answer.is_error:
            reason = said.get("msg") or said.get("message") or said.get("error_description") or said
            raise AccessDenied(
                f"Auth refused: {reason}",
                remedy="Check address and password; a new address has to be confirmed first",
                code=said.get("error_code"),
            )
        return dict(said)


class PersonApi:
    """The API as one person sees it."""

    def __init__(self, url: str, publishable_key: str, token: str) -> None:
        """Speak to the project at `url` with somebody's access token."""
        self._http = httpx.Client(
            timeout=TIMEOUT, trust_env=False, event_hooks={"response": [_check]}
        )
        self._client = SyncPostgrestClient(
            f"{url}/rest/v1",
            headers={"apikey": publishable_key, "Authorization": f"Bearer {token}"},
            http_client=self._http,
        )
        self._url = url

    def __enter__(self) -> Self:
        """Keep the connection open for a while."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._http.close()

    def call(self, function: str, **arguments: Any) -> Any:
        """Call an RPC of the schema public and give back its answer.

        Raises:
            Rejected, NotFound, AccessDenied, Unavailable: as the answer says.
        """
        return self._run(lambda: self._client.rpc(function, arguments).execute().data)

    def rows(self, table: str, select: str = "*", **equal: Any) -> list[dict[str, Any]]:
        """Read the rows whose columns equal the given values."""

        def read() -> Any:
            query = self._client.from_(table).select(select)
            for column, value in equal.items():
                query = query.eq(column, value)
            return query.execute().data

        result: list[dict[str, Any]] = self._run(read)
        return result

    def update(self, table: str, change: dict[str, Any], **equal: Any) -> list[dict[str, Any]]:
        """Change the rows whose columns equal the given values; gives back what changed."""

        def write() -> Any:
            query = self._client.from_(table).update(change)
            for column, value in equal.items():
                query = query.eq(column, value)
            return query.execute().data

        result: list[dict[str, Any]] = self._run(write)
        return result

    def upsert(self, table: str, row: dict[str, Any], on_conflict: str) -> None:
        """Insert a row, or change the one with the same key."""
        self._run(
            lambda: self._client.from_(table).upsert(row, on_conflict=on_conflict).execute().data
        )

    def whole_plan(self, plan_id: str) -> dict[str, Any] | None:
        """One plan with everything a page shows, in one request; None when there is none to see."""
        found = self.rows("learning_plans", select=WHOLE_PLAN, id=plan_id)
        return found[0] if found else None

    def _run(self, request: Any) -> Any:
        try:
            return request()
        except APIError as refusal:
            raise learnbase_error(refusal) from refusal
        except httpx.HTTPError as problem:
            raise Unavailable(
                f"The API does not answer at {self._url}",
                remedy="Check SUPABASE_URL, or start the local stack with: make stack",
            ) from problem


def _check(response: httpx.Response) -> None:
    if response.is_error:
        response.read()
        raise_unanswered(response)


# All of a plan's page in one request; PostgREST embeds by foreign key.
WHOLE_PLAN = re.sub(
    r"\s+",
    "",
    """
    *, progress(*),
    modules(*, tasks(*,
        task_progress(status, completed_at, actual_minutes),
        task_resources(order, resources(title, url, checked_at)),
        task_links(order, title, url)
    ))
    """,
)
