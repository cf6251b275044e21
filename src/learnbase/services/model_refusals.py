"""What the openai client raises, as errors of our tree.

Sources: https://platform.openai.com/docs/guides/error-codes,
https://console.groq.com/docs/errors (498, `json_validate_failed`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx2
import openai

from learnbase.errors import AccessDenied, Unavailable
from learnbase.generation.asks import AnswerLost, ModelFailed
from learnbase.services.model_answer import garbled, too_long
from learnbase.services.model_transport import TooLong, retry_after

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from learnbase.errors import LearnbaseError
    from learnbase.services.model_answer import Said

ABOUT_FORMAT = re.compile(
    r"response.?format|json.?schema|json.?object|structured|\bstrict\b|grammar|invalid format",
    re.IGNORECASE,
)
"""How servers that know no strict schemas say so: Groq, vLLM, llama.cpp, LM Studio, Ollama."""
_OF_OURS = re.compile(r"(?!input\b|messages?\b|prompt\b)[a-z][a-z_.]{1,39}")
"""What of a question is set up by an operator: `reasoning.effort`, `max_output_tokens`, …"""
_AGAIN = {408, 409, 425, 429, 498}
_SERVER_ERROR = 500
_ACCOUNT_EMPTY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_LONGEST_REASON = 2000
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_NO_ANSWER = "The model does not answer at the moment"


async def translated(asked: Awaitable[Said], *, key: str) -> Said:
    """Ask, and raise what went wrong as an error that people may see.

    Args:
        asked: the call.
        key: what must not be in any error, whatever the service echoes.

    Raises:
        Unavailable, AccessDenied, ModelFailed: see `learnbase.generation.asks.Asks`.
    """
    try:
        return await asked
    except openai.APIStatusError as problem:
        # Not chained: the service's own words may hold what we sent, the key included.
        raise _refusal(problem, key) from None
    except openai.APIConnectionError as away:
        if isinstance(away.__cause__, TooLong):
            raise too_long() from away
        if isinstance(away.__cause__, _NEVER_SENT):
            raise unavailable(None) from away
        raise answer_lost() from away
    except (
        openai.OpenAIError,
        ValueError,
        AttributeError,
        TypeError,
        LookupError,
        RecursionError,
    ) as stumbled:
        # A body of another shape reaches us as whatever the client stumbled over.
        raise garbled("It was not an answer as the API has it.") from stumbled


def answer_lost(wait: float | None = None) -> AnswerLost:
    """No answer came back to what was sent."""
    lost = AnswerLost(_NO_ANSWER, code="model_unavailable")
    lost.retry_after = wait
    return lost


def unavailable(wait: float | None) -> Unavailable:
    """No answer now; `wait` is how many seconds the service asks for."""
    away = Unavailable(_NO_ANSWER, code="model_unavailable")
    away.retry_after = wait
    return away


def _refusal(problem: openai.APIStatusError, key: str) -> LearnbaseError:
    said = str(problem).replace(key, "…")[:_LONGEST_REASON]
    if {problem.code, str(problem.type)} & _ACCOUNT_EMPTY:
        return _no_access("top up the model's account", "model_quota")
    if problem.status_code in {401, 403, 404}:
        return _no_access("check the model's key and name", "model_access")
    about_format = ABOUT_FORMAT.search(said) is not None
    if problem.code == "json_validate_failed":
        return garbled("It was not JSON of the given schema.")
    if problem.status_code in _AGAIN or (problem.status_code >= _SERVER_ERROR and not about_format):
        return unavailable(retry_after(problem.response.headers))
    failed = ModelFailed(
        "The model did not accept this request",
        remedy="Say the topic in other words",
        code="model_rejected",
    )
    failed.reason = said
    failed.field = problem.param
    return failed


def whose_fault(refused: ModelFailed) -> LearnbaseError:
    """Tell what a learner wrote, which they can change, from how we ask, which an operator can."""
    field = refused.field if isinstance(refused.field, str) else ""
    if not _OF_OURS.fullmatch(field):
        return refused
    return _no_access(f"check how the model is asked: {field}", "model_access")


def _no_access(remedy: str, code: str) -> AccessDenied:
    return AccessDenied(
        "The planner is not available at the moment",
        remedy=f"Try again later; whoever runs this has to {remedy}",
        code=code,
    )
