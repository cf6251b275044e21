from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shell
    from tests.world import Person, World


def test_a_learner_asks_for_a_plan_a_worker_makes_it_and_they_read_it(
    world: World, as_person: Callable[[Person], Shell]
) -> None:
    ada = world.person("Ada", time_zone="Europe/Berlin")
    shell = as_person(ada)
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=8 - today.isoweekday())
    last = monday + timedelta(weeks=13, days=-1)

    asked = shell.run(
        *("plan", "create", "Swift for iOS Development", "--hours", "3-5", "--style", "hands-on"),
        *("--start", str(monday), "--deadline", str(last), "--no-wait", "--json"),
    )
    assert asked.code == 0, asked.err
    receipt = json.loads(asked.out)
    worked = shell.run("work", "--drain")
    assert worked.code == 0, worked.err

    shown = shell.run("plan", "show")
    assert shown.code == 0, shown.err
    assert "Swift for iOS Development" in shown.out
    assert "Week 1 " in shown.out
    assert f"from Mon {monday.day} {monday:%b}" in shown.out
    assert "Week 13 " in shown.out
    assert "Week 14 " not in shown.out
    assert "13 weeks" in shown.out
    assert "https://developer.apple.com/xcode/" in shown.out
    [plan] = ada.rows("learning_plans", select="*,progress(*)", id=f"eq.{receipt['plan_id']}")
    assert f"{plan['progress']['total_tasks']} tasks, 65 h" in shown.out
    assert receipt["plan_id"] in shown.out

    listed = shell.run("plan", "list")
    assert "1 of 13" in listed.out
    assert json.loads(shell.run("plan", "list", "--json").out)[0]["plan_id"] == receipt["plan_id"]
    whole = json.loads(shell.run("plan", "show", receipt["plan_id"][:8], "--json").out)
    assert len(whole["modules"]) == 13


def test_a_plan_with_no_time_says_so_and_can_be_asked_for_again(
    world: World, as_person: Callable[[Person], Shell]
) -> None:
    ada = world.person()
    shell = as_person(ada)
    asked = shell.run("plan", "create", "Chess", "--hours", "0", "--no-wait", "--json")
    plan_id = json.loads(asked.out)["plan_id"]
    assert shell.run("work", "--drain").code == 0
    [generation] = ada.rows("plan_generations")
    assert generation["status"] == "failed"
    assert generation["error"]["code"] == "no_time"

    ada.update("learning_plans", {"weekly_hours": 3}, id=f"eq.{plan_id}")
    assert shell.run("plan", "retry", "--no-wait").code == 0
    assert shell.run("work", "--drain").code == 0
    assert "Week 1 " in shell.run("plan", "show", plan_id).out


def test_a_cancelled_plan_stays_cancelled(
    world: World, as_person: Callable[[Person], Shell]
) -> None:
    ada = world.person()
    shell = as_person(ada)
    asked = shell.run("plan", "create", "Chess", "--no-wait", "--json")
    assert shell.run("plan", "cancel").out == "Cancelled.\n"
    assert shell.run("work", "--drain").code == 0
    [generation] = ada.rows("plan_generations")
    assert generation["status"] == "cancelled"
    assert ada.rows("modules", plan_id=f"eq.{json.loads(asked.out)['plan_id']}") == []


def test_bad_input_names_the_field_and_the_remedy(
    world: World, as_person: Callable[[Person], Shell]
) -> None:
    ada = world.person()
    shell = as_person(ada)
    refused = shell.run("plan", "create", "Chess", "--hours", "99", "--no-wait")
    assert refused.code == 1
    assert refused.out == ""
    assert refused.err == (
        "Weekly hours are not between 0 and 80. "
        "Send whole hours, 0 to 80, or one of 1-2, 3-5, 6-10, 11-15, 16-20, 20+.\n"
    )
    assert ada.rows("learning_plans", user_id=f"eq.{ada.id}") == []


def test_a_plan_of_somebody_else_is_as_unknown_as_one_that_never_was(
    world: World, as_person: Callable[[Person], Shell]
) -> None:
    hers = world.person("Ada").plan()["id"]
    shell = as_person(world.person("Ben"))
    there = shell.run("plan", "show", hers)
    nowhere = str(uuid.uuid4())
    assert there.code == 1
    assert there.err.replace(hers, nowhere) == shell.run("plan", "show", nowhere).err


def test_nobody_without_plans_is_told_how_to_ask_for_one(
    world: World, as_person: Callable[[Person], Shell]
) -> None:
    shell = as_person(world.person())
    assert "learnbase plan create" in shell.run("plan", "list").out
    assert shell.run("plan", "show").code == 1


def test_nobody_signed_in_is_told_to_sign_in(shell: Shell) -> None:
    said = shell.run("plan", "list")
    assert said.code == 1
    assert said.err.startswith("Nobody is signed in.")
    assert "learnbase login" in said.err


def test_the_secret_key_never_stands_in_for_somebody(world: World, shell: Shell) -> None:
    said = shell.run("plan", "list", LEARNBASE_TOKEN=world.secret_key)
    assert said.code == 2
    assert "LEARNBASE_TOKEN is a key of the project" in said.err
    assert world.secret_key not in said.err


def test_an_expired_token_is_told_plainly(world: World, shell: Shell) -> None:
    expired = world.stack.token(str(uuid.uuid4()), exp=1)
    said = shell.run("plan", "list", LEARNBASE_TOKEN=expired)
    assert said.code == 1
    assert "expired" in said.err
    assert "Traceback" not in said.err


def test_a_missing_setting_is_named(shell: Shell) -> None:
    said = shell.run("plan", "list", SUPABASE_URL="", SUPABASE_PUBLISHABLE_KEY="")
    assert said.code == 2
    assert said.err.startswith("SUPABASE_URL is not set.")


def test_an_api_that_is_away_is_told_plainly(shell: Shell) -> None:
    said = shell.run("plan", "list", SUPABASE_URL="http://127.0.0.1:9", LEARNBASE_TOKEN="a.b.c")
    assert said.code == 1
    assert "does not answer" in said.err
    assert "Traceback" not in said.err


def test_what_a_stranger_wrote_cannot_command_the_terminal(
    world: World, as_person: Callable[[Person], Shell]
) -> None:
    ada = world.person()
    plan = ada.plan(topic="Chess", visibility="public")
    said = {"left_out": ["\x1b[2Jgone"], "note": "\x1b]0;title\x07[/x] [bold]"}
    ada.insert(
        "plan_generations",
        {"plan_id": plan["id"], "model": "x", "prompt": {}, "output_summary": said},
    )
    shown = as_person(ada).run("plan", "show", plan["id"])
    assert shown.code == 0, shown.err
    assert "\x1b" not in shown.out
    assert "\x07" not in shown.out
    assert "[/x] [bold]" in shown.out


def test_a_token_that_is_none_is_told_before_it_is_sent(shell: Shell) -> None:
    for nonsense in (" ", "a.b", "ä.b.c", "a\nb.c.d"):
        said = shell.run("plan", "list", LEARNBASE_TOKEN=nonsense)
        assert said.code == 2, said.err
        assert said.err.startswith("LEARNBASE_TOKEN is no access token.")


def test_a_session_file_that_is_none_is_nobody(shell: Shell) -> None:
    kept = shell.folder / "home" / "session.json"
    kept.parent.mkdir()
    for nonsense in ("", "[]", "null", "{}", '{"url": 1, "expires_at": "soon"}'):
        kept.write_text(nonsense)
        said = shell.run("plan", "list")
        assert said.code == 1
        assert said.err.startswith("Nobody is signed in.")
