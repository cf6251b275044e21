"""What the edge answers when it says no: one shape, PostgREST's."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match, Route

from learnbase import log
from learnbase.errors import (
    AccessDenied,
    LearnbaseError,
    NotFound,
    SchemaMismatch,
    SettingError,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import Scope

_LOG = log.get_log(__name__)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="learnbase"'}
_RETRY = 5  # seconds, where nobody said how long


class ErrorBody(BaseModel):
    """Every refusal, whoever it comes from."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(description="Stable: what a program looks at.")
    message: str = Field(description="One sentence for people.")
    details: str | None = Field(description="The field concerned, where one is.")
    hint: str | None = Field(description="What to do about it.")


class Problem(Exception):
    """An answer that says no.

    Args:
        status: HTTP's.
        code: the stable code.
        message: one sentence.
        details: the field concerned.
        hint: what to do about it.
        headers: what else the answer says.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: str | None = None,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(code=code, message=message, details=details, hint=hint)
        self.headers = {
            **(CHALLENGE if status == HTTPStatus.UNAUTHORIZED else {}),
            **(headers or {}),
        }

    def response(self) -> JSONResponse:
        """The answer."""
        return JSONResponse(self.body.model_dump(), self.status, self.headers)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How an operation may refuse, for openapi.json."""
    return {
        status: {"model": ErrorBody, "description": HTTPStatus(status).phrase}
        for status in (*statuses, 429, 500, 504)
    }


def away(message: str, *, code: str = "database_away", seconds: float | None = None) -> Problem:
    """503: somebody we need does not answer."""
    headers = {"Retry-After": str(max(1, round(seconds or _RETRY)))}
    return Problem(503, code, message, hint="Try again in a moment", headers=headers)


def problem_of(error: LearnbaseError) -> Problem:
    """The answer to an error of our own tree."""
    if isinstance(error, Unavailable):
        return away(error.message, code=error.code or "database_away", seconds=error.retry_after)
    if isinstance(error, SchemaMismatch | AccessDenied | SettingError):
        # The service's own keys and schema: nothing that whoever asked could mend.
        return away("The edge and the database do not fit together", code="schema_mismatch")
    return Problem(
        HTTPStatus.NOT_FOUND if isinstance(error, NotFound) else HTTPStatus.UNPROCESSABLE_ENTITY,
        error.code or "invalid_request",
        error.message,
        details=error.field,
        hint=error.remedy,
    )


def invalid(errors: Sequence[Any]) -> Problem:
    """422: the first field that is wrong, by name; never what stood in it."""
    first = errors[0]
    path = [str(step) for step in first["loc"]]
    if path[:1] in (["body"], ["query"], ["path"], ["header"]) and len(path) > 1:
        path = path[1:]
    if first["type"] == "json_invalid":
        path = ["body"]
    field = ".".join(path)[:200]
    return Problem(
        422,
        "invalid_request",
        f"{field}: {first['msg'].removeprefix('Value error, ')}"[:500],
        details=field,
        hint="See openapi.json for what it should look like",
    )


def explain(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Have every refusal of the framework, and of ours, answered in the one shape.

    Args:
        app: whose refusals.
        routes: all it has, to say what an address allows.
    """

    async def ours(_: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, Problem)  # noqa: S101 - it is registered for this class
        return problem.response()

    async def of_the_tree(_: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, LearnbaseError)  # noqa: S101 - as above
        if not isinstance(problem, Unavailable):
            _LOG.warning("refused", reason=problem.message, code=problem.code)
        return problem_of(problem).response()

    async def of_the_fields(_: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, RequestValidationError)  # noqa: S101 - as above
        return invalid(problem.errors()).response()

    async def of_the_framework(request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, HTTPException)  # noqa: S101 - as above
        status = HTTPStatus(problem.status_code)
        if status is HTTPStatus.BAD_REQUEST:  # FastAPI's, for a body that even json gives up on
            return invalid([{"type": "json_invalid", "loc": (), "msg": "no JSON"}]).response()
        headers = problem.headers
        if status is HTTPStatus.METHOD_NOT_ALLOWED:  # the framework's names one route's alone
            headers = {"Allow": _allowed(routes, request.scope)}
        return Problem(
            status,
            status.name.lower(),
            _SENTENCES.get(status, status.phrase),
            hint="See openapi.json for what there is",
            headers=headers,
        ).response()

    app.add_exception_handler(Problem, ours)
    app.add_exception_handler(LearnbaseError, of_the_tree)
    app.add_exception_handler(RequestValidationError, of_the_fields)
    app.add_exception_handler(HTTPException, of_the_framework)


def _allowed(routes: Sequence[BaseRoute], scope: Scope) -> str:
    """The methods of all routes of an address."""
    here = [r for r in routes if isinstance(r, Route) and r.matches(scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in here for method in route.methods or ()}))


_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is no such address",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not know that method",
}
