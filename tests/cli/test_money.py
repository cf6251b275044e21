"""What models cost and what the platform affords, as an operator sets them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Shell
    from tests.world import World


@pytest.fixture(autouse=True)
def nothing_set(world: World) -> Iterator[None]:
    nothing = "delete from worker.model_prices; delete from worker.platform_limits"
    world.sql(nothing)
    yield
    world.sql(nothing)


def test_a_price_is_set_changed_listed_and_removed(shell: Shell) -> None:
    assert shell.run("prices", "list").out.startswith("No model has a price.")
    for price in ("2.5", "3"):
        said = shell.run("prices", "set", "large", "--input", price, "--output", "10.25")
        assert said.code == 0, said.err
    [row] = json.loads(shell.run("prices", "list", "--json").out)
    assert (row["model"], row["input_usd_per_mtok"], row["output_usd_per_mtok"]) == (
        "large", 3, 10.25,
    )  # fmt: skip
    assert shell.run("prices", "list").out.splitlines()[1].split() == ["large", "3", "10.25"]
    assert shell.run("prices", "remove", "large").code == 0
    again = shell.run("prices", "remove", "large")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("large has no price.")


def test_a_ceiling_is_set_listed_and_lifted(world: World, shell: Shell) -> None:
    assert shell.run("limits", "list").out.startswith("No ceiling.")
    said = shell.run("limits", "set", "daily_model_tokens", "1500000")
    assert said.out.startswith("daily_model_tokens: 1,500,000 tokens")
    assert world.value("select amount from worker.platform_limits") == 1_500_000
    assert "1,500,000" in shell.run("limits", "list").out
    assert shell.run("limits", "remove", "daily_model_tokens").code == 0
    assert world.count("worker.platform_limits") == 0
    assert shell.run("limits", "remove", "daily_model_tokens").code == 1


def test_nonsense_is_bad_usage(shell: Shell) -> None:
    for arguments in (
        ("prices", "set", "large", "--input", "-1", "--output", "1"),
        ("prices", "set", "large", "--input", "1"),
        ("limits", "set", "daily_model_tokens", "-1"),
        ("limits", "set", "weekly_model_tokens", "1"),
    ):
        assert shell.run(*arguments).code == 2, arguments


def test_a_publishable_key_sets_no_price(world: World, shell: Shell) -> None:
    said = shell.run(
        *("prices", "set", "large", "--input", "1", "--output", "1"),
        SUPABASE_SECRET_KEY=world.publishable_key,
    )
    assert said.code == 2
    assert "SUPABASE_SECRET_KEY" in said.err
    assert world.count("worker.model_prices") == 0
