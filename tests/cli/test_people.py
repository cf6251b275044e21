from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from learnbase.services.person import Auth
from learnbase.stack.mailbox import last_link

if TYPE_CHECKING:
    from tests.cli.conftest import Shell
    from tests.world import World

PASSWORD = "correct horse battery"


def sign_up(world: World, email: str) -> None:
    Auth(world.url, world.publishable_key).sign_up(email, PASSWORD, {"name": "Ada"})


def confirm(world: World, email: str) -> None:
    httpx.get(last_link(Path(world.stack.env()["AUTH_LOG"]), email), trust_env=False)


def test_a_confirmed_account_signs_in_and_out(world: World, shell: Shell) -> None:
    email = "login-ada@example.com"
    sign_up(world, email)
    confirm(world, email)
    assert shell.run("login", email, typed=f"{PASSWORD}\n").code == 0
    kept = shell.folder / "home" / "session.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "learnbase plan create" in shell.run("plan", "list").out
    assert shell.run("logout").out == "Signed out.\n"
    assert shell.run("plan", "list").code == 1
    assert shell.run("logout").out == "Nobody was signed in.\n"


def test_a_session_that_ends_soon_is_renewed(world: World, shell: Shell) -> None:
    email = "renewed-ada@example.com"
    sign_up(world, email)
    confirm(world, email)
    shell.run("login", email, typed=f"{PASSWORD}\n")
    kept = shell.folder / "home" / "session.json"
    before = json.loads(kept.read_text())
    kept.write_text(json.dumps({**before, "expires_at": 0}))
    assert shell.run("plan", "list").code == 0
    after = json.loads(kept.read_text())
    assert after["expires_at"] > 0
    assert after["refresh_token"] != before["refresh_token"]


def test_an_unconfirmed_account_and_a_wrong_password_stay_outside(
    world: World, shell: Shell
) -> None:
    email = "unconfirmed-ada@example.com"
    sign_up(world, email)
    for typed in (PASSWORD, "wrong horse battery"):
        said = shell.run("login", email, typed=f"{typed}\n")
        assert said.code == 1
        assert "Auth refused" in said.err
        assert typed not in said.err + said.out
    assert not (shell.folder / "home" / "session.json").exists()


def test_an_operator_moves_somebody_to_another_tier(world: World, shell: Shell) -> None:
    ada = world.person("Ada")
    assert shell.run("user", "tier", ada.email.upper(), "pro").out.endswith("is pro now.\n")
    assert ada.rows("users")[0]["subscription_tier"] == "pro"
    assert shell.run("user", "tier", "nobody@example.com", "pro").code == 1
    assert shell.run("user", "tier", ada.email, "gold").code == 2
    assert ada.rows("users")[0]["subscription_tier"] == "pro"


def test_a_publishable_key_cannot_set_a_tier(world: World, shell: Shell) -> None:
    ada = world.person("Ada")
    said = shell.run("user", "tier", ada.email, "pro", SUPABASE_SECRET_KEY=world.publishable_key)
    assert said.code == 2
    assert "SUPABASE_SECRET_KEY" in said.err
    assert ada.rows("users")[0]["subscription_tier"] == "free"
