"""What an operator sees of how the platform does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import Deliveries, roadmap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Said, Shell
    from tests.world import World


@pytest.fixture
def deliveries(world: World) -> Iterator[Deliveries]:
    forget(world)  # other tests ask models too
    yield Deliveries(world)
    forget(world)


def forget(world: World) -> None:
    """Let no model have been asked, and no link have been looked at."""
    world.sql("delete from worker.model_prices")
    world.sql("update public.plan_generations set figures = null, output_tokens = null")
    made(world, "now()")
    world.sql("update public.resources set tried_at = null")


def made(world: World, at: str) -> None:
    """Let the whole catalogue have been made at a time, which nobody may say otherwise."""
    world.sql("alter table public.resources disable trigger user")
    try:
        world.sql(f"update public.resources set created_at = {at}")  # noqa: S608 - from below
    finally:
        world.sql("alter table public.resources enable trigger user")


def asked(shell: Shell, **settings: str) -> tuple[Said, dict[str, Any]]:
    said = shell.run("doctor", "--json", **settings)
    return said, {check["name"]: check for check in json.loads(said.out)}


def plan_of_a_model(world: World, deliveries: Deliveries, proposed: int, alive: int) -> None:
    job = deliveries.take(world.person())
    call = deliveries.call_model(job, model="large")["call_id"]
    result = roadmap() | {
        "model": "large",
        "figures": {"links": {"proposed": proposed, "alive": alive}},
        "calls": [{"call_id": call, "input_tokens": 900, "output_tokens": 600}],
    }
    assert deliveries.standing(job, result) == "done"


def test_live_links_and_prices_of_each_model_are_told(
    world: World, shell: Shell, deliveries: Deliveries
) -> None:
    plan_of_a_model(world, deliveries, proposed=20, alive=19)
    plan_of_a_model(world, deliveries, proposed=20, alive=17)
    said, checks = asked(shell)
    assert said.code == 0, said.out
    assert checks["live links of large"]["found"] == "90%: 36 of 40 proposed in 30 days"
    assert checks["prices"]["found"].startswith("none for large (learnbase prices set")
    world.sql("insert into worker.model_prices values ('large', 1, 2)")
    _, checks = asked(shell)
    assert checks["prices"]["found"] == "known for every model that was used in 30 days"


def test_a_model_whose_links_lead_nowhere_is_amiss(
    world: World, shell: Shell, deliveries: Deliveries
) -> None:
    plan_of_a_model(world, deliveries, proposed=200, alive=60)
    said, checks = asked(shell)
    assert said.code == 1
    assert [name for name, check in checks.items() if not check["ok"]] == ["live links of large"]
    assert "learnbase eval" in checks["live links of large"]["remedy"]


@pytest.mark.usefixtures("deliveries")
def test_links_that_nobody_looks_at_are_amiss(world: World, shell: Shell) -> None:
    said, checks = asked(shell)
    assert said.code == 0, said.out
    assert checks["catalogue links"]["ok"]
    made(world, "now() - interval '11 days'")
    said, checks = asked(shell)
    assert said.code == 1
    assert not checks["catalogue links"]["ok"]
    assert "learnbase work check_links" in checks["catalogue links"]["remedy"]
    world.sql("update public.resources set tried_at = now()")
    said, checks = asked(shell)
    assert said.code == 0, said.out
    assert checks["catalogue links"]["found"].startswith("last looked at 20")


def test_tokens_of_today_are_told_and_amiss_at_the_ceiling(
    world: World, shell: Shell, deliveries: Deliveries
) -> None:
    before = int(asked(shell)[1]["tokens today"]["found"].split()[0].replace(",", ""))
    plan_of_a_model(world, deliveries, proposed=20, alive=20)
    said, checks = asked(shell)
    assert said.code == 0, said.out
    assert checks["tokens today"]["found"].startswith(f"{before + 1500:,} used, ")
    assert checks["tokens today"]["found"].endswith(" under way, no ceiling")
    try:
        assert shell.run("limits", "set", "daily_model_tokens", "1500").code == 0
        said, checks = asked(shell)
        assert said.code == 1
        assert checks["tokens today"]["found"].endswith(", of 1,500")
        assert "learnbase limits set" in checks["tokens today"]["remedy"]
    finally:
        assert shell.run("limits", "remove", "daily_model_tokens").code == 0
