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
    from postgrest.exceptions import APIError

# https://docs.postgrest.org/en/v12/references/errors.html
_SCHEMA = {"PGRST106", "PGRST200", "PGRST202", "PGRST204", "PGRST205", "42P01", "42883"}
_DOOR = {"PGRST301", "PGRST302", "42501", "invalid_api_key", "missing_api_key"}
_AWAY = {"PGRST000", "PGRST001", "PGRST002", "PGRST003", "57P01", "57P03", "53300", "08006"}
_HTTP_AWAY = {"502", "503", "504"}


def learnbase_error(refusal: APIError) -> LearnbaseError:
    """Turn PostgREST's refusal into the error that a person or a worker can act on.

    Our own refusals keep their code, field (`details`) and remedy (`hint`).
    """
    code = str(refusal.code or "")
    message = refusal.message or "The API refused the request"
    if code in _SCHEMA:
        return SchemaMismatch(
            message, remedy="Apply the migrations (supabase db push) and expose public and worker", code=code
        )
    if code in _DOOR or code == "401":
        return AccessDenied(message, remedy="Sign in again, or check the key", code=code)
    if code in _AWAY or code in _HTTP_AWAY:
        return Unavailable(message, remedy="Try again in a moment", code=code)
    kind = NotFound if code.endswith("_not_found") else Rejected
    return kind(message, remedy=refusal.hint, field=refusal.details, code=code)
