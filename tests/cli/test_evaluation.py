"""Measuring a model with fixed briefs, from a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.openai import OpenAI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Said, Shell
    from tests.world import World

NO_DATABASE = {"SUPABASE_URL": "", "SUPABASE_SECRET_KEY": "", "SUPABASE_PUBLISHABLE_KEY": ""}


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    with OpenAI() as server:
        yield server


def evaluated(shell: Shell, openai: OpenAI, *arguments: str, **settings: str) -> Said:
    model = {
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": f"{openai.url}/v1",
        "OPENAI_MODEL": "large",
        "OPENAI_TIMEOUT_SECONDS": "20",
    }
    return shell.run("eval", "--no-links", *arguments, **{**NO_DATABASE, **model, **settings})


def records(said: Said) -> dict[str, Any]:
    return {record["brief"]: record for record in json.loads(said.out)["records"]}


def test_without_a_key_the_built_in_planner_answers_all_twenty_and_says_so(shell: Shell) -> None:
    said = shell.run("eval", **NO_DATABASE)
    assert said.code == 0, said.err
    assert said.err.startswith("OPENAI_API_KEY is not set: this is the built-in planner.")
    assert "20/20" in said.err
    assert "20 of 20" in said.out
    assert [line.split()[1] for line in said.out.splitlines() if line.startswith("no-hours")] == [
        "no_time"
    ]


def test_a_model_is_asked_and_its_tokens_and_cost_are_counted(
    world: World, shell: Shell, openai: OpenAI
) -> None:
    world.sql("insert into worker.model_prices values ('large', 1000, 2000)")
    try:
        said = evaluated(
            shell, openai, "--brief", "python-month", "--brief", "no-hours", "--json",
            **shell.settings,
        )  # fmt: skip
    finally:
        world.sql("delete from worker.model_prices")
    assert said.code == 0, said.err
    card = json.loads(said.out)
    assert (card["model"], card["prompt_version"]) == ("large", "2")
    month, no_hours = card["records"]
    asked = len(openai.ledger)
    assert month["calls"] == asked > 0
    assert month["output_tokens"] == sum(call.tokens[1] for call in openai.ledger)
    expected = (month["input_tokens"] * 1000 + month["output_tokens"] * 2000) / 1_000_000
    assert month["cost_usd"] == pytest.approx(expected)
    assert (no_hours["failed"], no_hours["calls"], no_hours["as_it_should"]) == ("no_time", 0, True)


def test_a_brief_that_fails_is_a_line_and_not_the_end(shell: Shell, openai: OpenAI) -> None:
    openai.next("refusal")
    said = evaluated(
        shell, openai, "--brief", "python-month", "--brief", "hostile-notes", "--json",
        "--concurrency", "1",
    )  # fmt: skip
    assert said.code == 0, said.err
    found = records(said)
    assert found["python-month"]["failed"] == "model_refused"
    assert found["hostile-notes"]["tasks"] > 0
    assert "python-month: model_refused" in said.err


def test_nothing_right_at_all_is_a_failure(shell: Shell, openai: OpenAI) -> None:
    openai.next("refusal")
    said = evaluated(shell, openai, "--brief", "python-month")
    assert said.code == 1
    assert "model_refused" in said.out


def test_two_runs_are_compared(shell: Shell, openai: OpenAI) -> None:
    kept = shell.folder / "before.json"
    openai.next("refusal")
    briefs = ("--brief", "python-month", "--brief", "no-hours")
    first = evaluated(shell, openai, *briefs, "--output", str(kept))
    assert first.code == 0, first.err
    second = evaluated(shell, openai, *briefs, "--compare", str(kept))
    assert second.code == 0, second.err
    line = next(line for line in second.out.splitlines() if line.startswith("right answers"))
    assert line.split()[2:] == ["2", "of", "2", "1", "of", "2", "better"]
    assert "python-month: model_refused → a plan  better" in second.out
    told = json.loads(evaluated(shell, openai, *briefs, "--compare", str(kept), "--json").out)
    assert told["turned"][0]["verdict"] == "better"
    assert {line["name"] for line in told["compared"]} >= {"right answers", "live links"}


def test_bad_usage_is_told_before_anything_is_asked(shell: Shell, openai: OpenAI) -> None:
    (shell.folder / "no.json").write_text("{}")
    for arguments, told in (
        (("--brief", "knitting"), "There is no brief knitting. The briefs: python-month"),
        (("--compare", "no.json"), "no.json is no scorecard."),
        (("--compare", "gone.json"), "gone.json cannot be read"),
        (("--output", "nowhere/a.json"), "nowhere/a.json cannot be written"),
    ):
        said = evaluated(shell, openai, *arguments)
        assert (said.code, said.out) == (2, "")
        assert told in said.err
    assert openai.requests == []


def test_a_key_that_is_not_accepted_ends_the_run(shell: Shell, openai: OpenAI) -> None:
    openai.next("error", (401, "no such key", "invalid_api_key"), times=50)
    said = evaluated(shell, openai, "--brief", "python-month", "--brief", "german")
    assert (said.code, said.out) == (1, "")
    assert "Traceback" not in said.err
