"""A plan in somebody's Notion, and their connections, from a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.security.sealing import Keyring
from learnbase.services.sealed_pair import Pair
from tests.fakes.notion import Notion
from tests.press.pressed import Pressed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Shell
    from tests.world import Person, World

OLD, NEW = ("k1:" + "A" * 43 + "=", "k2:" + "B" * 42 + "A=")


@pytest.fixture
def notion() -> Iterator[Notion]:
    with Notion() as fake:
        yield fake


@pytest.fixture
def settings(notion: Notion) -> dict[str, str]:
    return {
        "TOKEN_KEYS": OLD,
        "NOTION_CLIENT_ID": "client",
        "NOTION_CLIENT_SECRET": "secret",
        "NOTION_BASE_URL": notion.url,
    }


@pytest.fixture
def ada(world: World) -> Person:
    return world.person("Ada", tier="pro")


@pytest.fixture
def desk(ada: Person, as_person: Callable[[Person], Shell]) -> Shell:
    return as_person(ada)


def connect(world: World, ada: Person, token: str) -> None:
    """What the edge does once somebody has agreed."""
    place = {"person": ada.id, "provider": "notion"}
    sealed = Pair(token, None).seal(Keyring.parse(OLD), **place)
    answer = world.service.rpc(
        "save_connection",
        schema="worker",
        user_id=ada.id,
        provider="notion",
        account_id="workspace",
        account_name="Ada's workspace",
        scopes=[],
        sealed_tokens=sealed,
    )
    assert answer.is_success, answer.text


@pytest.fixture
def at_work(shell: Shell, settings: dict[str, str]) -> Iterator[None]:
    """A worker that stays until the end."""
    worker = Pressed(
        [sys.executable, "-m", "learnbase.cli", "work", "export_notion"],
        env={**os.environ, **shell.settings, **settings},
        stderr=subprocess.DEVNULL,
    )
    yield
    worker.terminate()
    worker.wait()


def told(desk: Shell, *arguments: str) -> Any:
    said = desk.run(*arguments, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_without_a_connection_it_says_what_to_do(desk: Shell, ada: Person) -> None:
    plan = ada.plan()["id"]
    said = desk.run("export", plan, "--to", "notion")
    assert said.code == 1
    assert "Your account at Notion is not connected. Connect it first" in said.err
    assert desk.run("connections", "list").out.startswith("No account is connected.")
    assert desk.run("export", plan, "--to", "notion", "--output", "x").code == 2
    assert desk.run("export", plan, "--to", "csv", "--decide", "remove").code == 2
    never = desk.run("export", plan, "--to", "google", "--decide", "remove")
    assert (never.code, "never exported to google" in never.err) == (1, True)


@pytest.mark.usefixtures("at_work")
def test_a_plan_is_exported_again_and_taken_away(
    world: World, desk: Shell, ada: Person, notion: Notion
) -> None:
    connect(world, ada, notion.token())
    whole = ada.whole_plan()
    first = desk.run("export", whole.plan["id"], "--to", "notion")
    assert first.code == 0, first.err
    count = sum(len(tasks) for tasks in whole.tasks)
    assert f"✔ In Notion: {count} made." in first.out
    assert len(notion.pages()) == count
    again = told(desk, "export", whole.plan["id"], "--to", "notion")
    assert (again["status"], again["changed"]["unchanged"]) == ("succeeded", count)
    removed = desk.run("export", whole.plan["id"], "--to", "notion", "--decide", "remove")
    assert removed.code == 0, removed.err
    assert f"✔ Taken away: {count} things." in removed.out
    assert notion.pages() == {}


def test_an_export_is_cancelled_and_a_connection_ended(
    world: World, desk: Shell, ada: Person
) -> None:
    connect(world, ada, "token")
    [row] = told(desk, "connections", "list")
    assert (row["provider"], row["status"]) == ("notion", "active")
    assert "Ada's workspace: active" in desk.run("connections", "list").out
    plan = ada.plan()["id"]
    assert told(desk, "export", plan, "--to", "notion", "--no-wait")["status"] == "queued"
    said = desk.run("export", plan, "--to", "notion", "--decide", "cancel")
    assert said.out == "The export is cancelled.\n"
    confirmed = desk.run("export", plan, "--to", "notion", "--decide", "confirm")
    assert (confirmed.code, "asks for nothing" in confirmed.err) == (1, True)
    assert desk.run("connections", "end", "notion").code == 0
    [row] = told(desk, "connections", "list")
    assert row["status"] == "disconnecting"


def test_tokens_are_sealed_with_the_newest_key(world: World, shell: Shell, ada: Person) -> None:
    world.sql("delete from public.connections")
    connect(world, ada, "token")
    assert shell.run("connections", "reseal").code == 2, "TOKEN_KEYS is not set"
    keys = {"TOKEN_KEYS": f"{NEW},{OLD}"}
    assert shell.run("connections", "reseal", **keys).out == "1 connections sealed anew.\n"
    assert shell.run("connections", "reseal", **keys).out == "0 connections sealed anew.\n"
    sealed = world.value("select sealed from private.connection_tokens")
    place = {"person": ada.id, "provider": "notion"}
    assert Pair.open(Keyring.parse(NEW), sealed, **place).access == "token"


def test_a_job_whose_setting_is_missing_is_left_to_others(shell: Shell) -> None:
    named = shell.run("work", "export_notion", "--drain", TOKEN_KEYS=OLD)
    assert named.code == 2
    assert "NOTION_CLIENT_ID is not set, and export_notion needs it." in named.err
    assert shell.run("work", "--drain").code == 0
