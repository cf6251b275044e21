"""The benchmark runs and writes what a program can read; how fast anything is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Literal

import pytest

from bench.__main__ import main
from bench.ground import Database, fill
from bench.measure import IN_A_ROW, WARM_UP, Act, interleaved
from bench.reads import prove_guarded
from bench.result import Result
from bench.start import imports
from tests.conftest import HOME, PROJECT

if TYPE_CHECKING:
    from learnbase.stack import Stack

Measured = tuple[str, list[dict[str, Any]]]
TINY = ("--small", "850", "--large", "900", "--turns", "1", "--jobs", "40")
FIELDS = {"name", "value", "unit", "baseline", "against", "ratio", "aim", "better"}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """A whole run, as small as can be, on a stack of its own."""
    output = tmp_path_factory.mktemp("bench") / "bench.json"
    home = HOME.with_name(f"{HOME.name}-bench")
    done = subprocess.run(
        [sys.executable, "-m", "bench", *TINY, "--home", home, "--output", output],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (home / "data").exists()
    return done.stdout, json.loads(output.read_text())


def test_each_line_has_a_value_a_baseline_and_their_ratio(measured: Measured):
    _, rows = measured
    for row in rows:
        assert set(row) == FIELDS
        assert row["ratio"] == pytest.approx(row["value"] / row["baseline"], rel=0.02, abs=0.01)
        assert row["better"] in ("lower", "higher")
        assert row["value"] > 0
        assert row["against"]


def test_all_that_was_promised_is_measured(measured: Measured):
    _, rows = measured
    aims = {row["name"]: row["aim"] for row in rows}
    for size in ("850", "900", "growth"):
        assert aims[f"reads.whole_plan.owner.{size}"] == 1.15
        assert aims[f"reads.whole_plan.follower.{size}"] == 1.15
        assert aims[f"reads.dashboard.{size}"] == 1.15
    assert aims["reads.search.900"] == aims["saves.plan_200.model.900"] == 1.5
    assert aims["jobs.throughput"] == 2
    assert (aims["mail.queue"], aims["mail.send.grant"]) == (2, 0.95)
    assert "mail.rendering" in aims
    assert (aims["start.help"], aims["start.drain"]) == (15, 40)


def test_the_table_has_a_line_for_each(measured: Measured):
    table, rows = measured
    for row in rows:
        assert f"\n{row['name']} " in table


def test_a_name_that_measures_nothing_is_refused(capsys: pytest.CaptureFixture[str]):
    assert main(["reads.everything"]) == 2
    assert "reads.everything" in capsys.readouterr().err


def test_a_database_without_row_level_security_is_not_measured(stack: Stack):
    name = "bench_unguarded"
    stack.fresh_database(name)
    admin_url = stack.env()["ADMIN_DATABASE_URL"]
    fill(admin_url, name, 850)
    database = Database(name, 850, stack.serve(name), admin_url, stack)
    try:
        prove_guarded(database)
        with database.connect() as connection:
            connection.execute("alter table public.learning_plans disable row level security")
        with pytest.raises(AssertionError, match="nothing is compared"):
            prove_guarded(database)
    finally:
        stack.drop_database(name)


def test_acts_take_turns_and_what_comes_before_is_not_timed():
    done: list[str] = []
    acts = {
        "a": Act(lambda: done.append("a")),
        "b": Act(lambda: done.append("b"), lambda: done.append("before b")),
    }
    taken = interleaved(acts, turns=2)
    assert set(taken) == {"a", "b"}
    a, b = ["a"] * (IN_A_ROW + 1), ["before b", "b"] * (IN_A_ROW + 1)
    assert done == ["a"] * WARM_UP + ["before b", "b"] * WARM_UP + (a + b) * 2


@pytest.mark.parametrize(
    ("better", "value", "is_met"),
    [("lower", 29, True), ("lower", 31, False), ("higher", 31, True), ("higher", 29, False)],
)
def test_an_aim_is_met_from_its_own_side(
    better: Literal["lower", "higher"], value: float, is_met: bool
):
    result = Result("area.thing", value, "ms", 10, "something", 3.0, better)
    assert result.is_met is is_met


def test_imports_are_added_up_by_package():
    said = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |        100 |   rich.text\n"
        "import time:        50 |        150 | rich\n"
        "import time:       120 |        120 | json\n"
    )
    assert imports(said) == [("rich", 150), ("json", 120)]
