"""What PostgREST says when it says no, as an error of our tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.errors import (
    AccessDenied,
    LearnbaseError,
    NotFound,
    Rejected,
    SchemaMismatch,
    Unavailable,
)

if TYPE_CHECKING:
    import httpx
    from postgrest.exceptions import APIError

# https://docs.postgrest.org/en/v12/references/errors.html
_SCHEMA = {"PGRST106", "PGRST200", "PGRST202", "PGRST204", "PGRST205", "42P01", "42883"}
_DOOR = {"PGRST301", "PGRST302", "42501", "invalid_api_key", "missing_api_key"}
_AWAY = {"57P01", "57P02", "57P03", "53300", "08000", "08003", "08006"}
_BUSY = 429
_UNAUTHORIZED = 401
_BAD_GATEWAY = 502  # from here on nobody who knows us has answered


def learnbase_error(refusal: APIError) -> LearnbaseError:
    """Turn PostgREST's refusal into the error that a person or a worker can act on.

    Our own refusals keep their code, field (`details`) and remedy (`hint`).
    """
    code = str(refusal.code or "")
    message = refusal.message or "The API refused the request"
    if code in _SCHEMA:
        return SchemaMismatch(
            message,
            remedy="Apply the migrations (supabase db push) and expose public and worker",
            code=code,
        )
    if code in _DOOR:
        return AccessDenied(message, remedy="Sign in again, or check the key", code=code)
    if code in _AWAY:
        return Unavailable(message, remedy="Try again in a moment", code=code)
    kind = NotFound if code.endswith("_not_found") else Rejected
    return kind(message, remedy=refusal.hint, field=refusal.details, code=code)


def raise_unanswered(response: httpx.Response) -> None:
    """Raise for what says so by its status alone, for a gateway need not answer as PostgREST does.

    Args:
        response: read already.

    Raises:
        Unavailable: nobody who knows us has answered; PostgREST says 503 without a database.
        AccessDenied: the key or token opens nothing.
    """
    status = response.status_code
    if status == _BUSY and "json" in response.headers.get("content-type", ""):
        return  # a refusal of our own, with a code
    if status >= _BAD_GATEWAY or status == _BUSY:
        away = Unavailable(
            f"The API answered {status}", remedy="Try again in a moment", code="database_away"
        )
        wait = response.headers.get("retry-after", "")
        away.retry_after = float(wait) if wait.isdigit() else None
        raise away
    if status == _UNAUTHORIZED:
        try:
            said = response.json()
        except ValueError:
            said = {}
        raise AccessDenied(
            said.get("message") or "The key or token is not accepted",
            remedy=said.get("hint") or "Check the key, or sign in again",
            code=said.get("code") or "unauthorized",
        )
