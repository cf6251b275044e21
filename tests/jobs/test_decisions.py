"""What becomes of an error: decided by its class, as data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.errors import AccessDenied, LearnbaseError, Unavailable
from learnbase.jobs import GiveUp, Retry
from learnbase.jobs.decisions import BACKOFF_CAP, backoff, failure

UNITS = st.floats(0, 1, exclude_max=True)


def busy(seconds: float) -> Unavailable:
    problem = Unavailable("busy", code="busy")
    problem.retry_after = seconds
    return problem


@pytest.mark.parametrize(
    ("problem", "code", "tried_again"),
    [
        (Retry(), "try_again", True),
        (Retry("Later.", after=9, code="later"), "later", True),
        (GiveUp("no_use"), "no_use", False),
        (Unavailable("away"), "unavailable", True),
        (busy(7), "busy", True),
        (AccessDenied("no", code="model_access"), "model_access", False),
        (LearnbaseError("odd"), "failed", True),
        (ZeroDivisionError("secret detail"), "internal_error", True),
    ],
)
def test_the_class_of_an_error_decides(problem: Exception, code: str, tried_again: bool):
    decided = failure(problem, 0, lambda: 0.5)
    assert decided.code == code
    assert (decided.retry_in is not None) is tried_again
    assert decided.error()["message"]
    assert "secret detail" not in str(decided.error())
    assert decided.unexpected is (code == "internal_error")


@given(failures=st.integers(0, 10_000), unit=UNITS)
def test_backoff_grows_is_jittered_and_capped(failures: int, unit: float):
    wait = backoff(failures, lambda: unit)
    assert 0 <= wait <= BACKOFF_CAP
    assert wait == unit * min(BACKOFF_CAP, 2.0 * 2.0 ** min(failures, 30))


@given(failures=st.integers(0, 50), unit=UNITS, wish=st.floats(0, 1e9))
def test_a_time_that_a_service_names_is_obeyed_up_to_an_hour(
    failures: int, unit: float, wish: float
):
    wait = backoff(failures, lambda: unit, at_least=wish)
    assert min(wish, 3600.0) <= wait <= 3600.0 + 2.0
