"""What an operator sees of letters: whether mail is set up, what went out, what is late."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.test_doctor import asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Shell
    from tests.world import World

WRITES = {
    "TOKEN_KEYS": f"a:{base64.b64encode(b'k' * 32).decode()}",
    "EDGE_URL": "https://edge.example.com",
    "SITE_URL": "https://learn.example.com",
}
SENDS = {
    "RESEND_API_KEY": "re_test_key",
    "RESEND_WEBHOOK_SECRET": "whsec_c2VjcmV0",
    "MAIL_FROM": "Learnbase <hello@mail.example.com>",
}
OF_NOTHING = "0 waiting, 0 sent, 0 returned, 0 suppressed, 0 failed, 0 unknown of a day"


@pytest.fixture(autouse=True)
def _no_letters(world: World) -> Iterator[None]:
    forget(world)
    yield
    forget(world)


def forget(world: World) -> None:
    """Let nobody have been written to."""
    world.sql("delete from public.notifications")
    world.sql("delete from pgmq.q_write_letters")


def checked(shell: Shell, name: str, **settings: str) -> dict[str, Any]:
    _, checks = asked(shell, **settings)
    found: dict[str, Any] = checks[name]
    return found


def letters(world: World, status: str, count: int) -> None:
    """Letters to somebody, beside the welcome that waits for them."""
    person = world.person()
    world.sql("delete from public.notifications where user_id = %s", person.id)
    world.sql(
        "insert into public.notifications (user_id, kind, channel, dedupe_key, status)"
        " select %s, 'welcome', 'email', %s || n, %s::public.notification_status"
        " from generate_series(1, %s) n",
        *(person.id, status, status, count),
    )


def test_mail_is_set_up_whole_or_not_at_all(shell: Shell):
    assert checked(shell, "mail")["found"] == "not set up"
    whole = checked(shell, "mail", **WRITES, **SENDS)
    assert (whole["ok"], whole["found"]) == (True, f"set up, from {SENDS['MAIL_FROM']}")
    for lacking in (*SENDS, *WRITES):
        part = {name: said for name, said in (WRITES | SENDS).items() if name != lacking}
        check = checked(shell, "mail", **part)
        assert (check["ok"], check["found"]) == (False, f"{lacking} is not set")


def test_an_edge_that_mail_programs_do_not_unsubscribe_at_is_amiss(shell: Shell):
    settings = WRITES | SENDS | {"EDGE_URL": "http://edge.example.com"}
    check = checked(shell, "mail", **settings)
    assert (check["ok"], check["found"]) == (False, "EDGE_URL is not https")


def test_the_letters_of_a_day_are_counted_and_many_that_failed_are_amiss(
    world: World, shell: Shell
):
    assert checked(shell, "letters")["found"] == OF_NOTHING
    letters(world, "delivered", 50)
    letters(world, "bounced", 2)
    letters(world, "failed", 2)
    check = checked(shell, "letters")
    said = "0 waiting, 50 sent, 2 returned, 0 suppressed, 2 failed, 0 unknown of a day"
    assert (check["ok"], check["found"]) == (True, said)
    letters(world, "unknown", 3)
    assert not checked(shell, "letters")["ok"]


def test_what_is_late_is_amiss_where_it_is_written(world: World, shell: Shell):
    letters(world, "queued", 1)
    world.sql("update public.notifications set due_at = now() - interval '3 hours'")
    check = checked(shell, "messages")
    assert (check["ok"], check["found"]) == (True, "1 late"), "it is written elsewhere"
    check = checked(shell, "messages", **WRITES)
    assert not check["ok"]
    assert "learnbase cron run letters" in check["remedy"]


def test_a_queue_that_is_not_set_up_here_waits_and_is_not_amiss(world: World, shell: Shell):
    world.sql(
        "insert into pgmq.q_write_letters (enqueued_at, vt, message)"
        """ values (now() - interval '1 hour', now(), '{"v": 1, "user_ids": []}')"""
    )
    check = checked(shell, "queue write_letters")
    assert check["ok"]
    assert check["found"].endswith("; TOKEN_KEYS is not set here")
    check = checked(shell, "queue write_letters", **WRITES)
    assert not check["ok"]
