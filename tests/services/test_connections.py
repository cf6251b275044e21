"""Tokens of accounts elsewhere: sealed, fresh, refreshed by one at a time, and never lost."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.errors import Unavailable
from learnbase.security.sealing import Keyring
from learnbase.services.connections import ReconnectNeeded, reseal_all
from learnbase.services.sealed_pair import Pair
from tests.fakes.sign_in import SignIn
from tests.services.linked import KEYS, Site

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from tests.world import World

PROJECT = Path(__file__).parents[2]
BOTH = pytest.mark.parametrize("provider", ["notion", "google"])


@pytest.fixture
def outside() -> Iterator[SignIn]:
    with SignIn() as outside:
        yield outside
        outside.go_on()


@pytest.fixture
def site(world: World, outside: SignIn) -> Site:
    return Site(world, outside)


def played(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 60))


@BOTH
def test_a_token_that_lives_is_used_as_it_is(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider)
        async with site.worker() as worker:
            tokens = worker.tokens(*row.place)
            assert [await tokens.current() for _ in range(3)] == [row.access] * 3
        assert site.outside.requests == []

    played(story())


@BOTH
def test_a_token_that_ends_within_a_minute_is_refreshed_and_kept_sealed(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider, lives=50)
        async with site.worker() as worker:
            fresh = await worker.tokens(*row.place).current()
            assert fresh != row.access
        async with site.worker() as another:
            assert await another.tokens(*row.place).current() == fresh
        assert len(site.outside.requests) == 1
        kept = row.read()
        assert (kept["version"], kept["lease_holder"]) == (2, None)
        clear = base64.urlsafe_b64decode(kept["sealed"].split(".")[2])
        assert fresh.encode() not in clear
        assert fresh not in json.dumps(kept, default=str)

    played(story())


def test_google_keeps_its_refresh_token_and_notion_changes_it_each_time(site: Site):
    async def story() -> None:
        for provider in ("notion", "google"):
            row = await site.connect(provider)
            async with site.worker() as worker:
                token = await worker.tokens(*row.place).current()
                for _ in range(3):
                    token = await worker.tokens(*row.place).after_refusal(token)
            authority = getattr(site.outside, provider)
            assert authority.refreshes == 3
            assert authority.holder(token) is not None

    played(story())


@BOTH
def test_whoever_comes_with_an_older_token_gets_the_one_that_is_there(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider)
        async with site.worker() as one, site.worker() as two:
            fresh = await one.tokens(*row.place).after_refusal(row.access)
            assert await two.tokens(*row.place).current() == fresh
            for late in (one, two):
                assert await late.tokens(*row.place).after_refusal(row.access) == fresh
        assert len(site.outside.requests) == 1

    played(story())


@BOTH
def test_fifty_in_two_processes_refresh_once(site: Site, provider: str):
    row = asyncio.run(site.connect(provider))
    crowds = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.services.linked", *row.place, row.access],
            env={"PATH": os.environ["PATH"], **site.env},
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for crowd in crowds:
        assert crowd.stdin is not None
        crowd.stdin.write("!")
        crowd.stdin.flush()
    answers = [json.loads(crowd.communicate(timeout=60)[0]) for crowd in crowds]
    assert [len(answer) for answer in answers] == [25, 25]
    [fresh] = {token for answer in answers for token in answer}
    assert fresh != row.access
    assert len(site.outside.requests) == 1
    assert getattr(site.outside, provider).holder(fresh) is not None


@BOTH
def test_the_tokens_of_one_account_are_not_those_of_the_next(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider)
        account = f"account of {row.person}"
        async with site.worker() as worker:
            before = worker.tokens(*row.place, account)
            token = await before.current()
            site.world.sql(
                "update public.connections set account_id = 'another' where id = %s", row.id
            )
            after = worker.tokens(*row.place, "another")
            assert after is not before
            assert await after.current() == token
            with pytest.raises(ReconnectNeeded):
                await before.after_refusal(token)
        assert row.read()["status"] == "active", "nothing is wrong with the account that is there"

    played(story())


@BOTH
def test_a_revoked_account_is_said_plainly_once_and_nobody_asks_again(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider)
        getattr(site.outside, provider).revoke_all()
        async with site.worker() as worker:
            tokens = worker.tokens(*row.place)
            with pytest.raises(ReconnectNeeded) as refusal:
                await tokens.after_refusal(row.access)
            assert refusal.value.code == "reconnect"
            asked = len(site.outside.requests)
            for again in (tokens.current(), tokens.after_refusal(row.access)):
                with pytest.raises(ReconnectNeeded):
                    await again
        assert len(site.outside.requests) == asked == 1
        kept = row.read()
        assert (kept["status"], kept["error"]["code"]) == ("reconnect", "revoked")

    played(story())


def test_a_fresh_token_that_is_refused_as_well_is_the_end(site: Site):
    async def story() -> None:
        row = await site.connect("google")
        async with site.worker() as worker:
            tokens = worker.tokens(*row.place)
            fresh = await tokens.after_refusal(row.access)
            assert isinstance(await tokens.ended(row.access), ReconnectNeeded)
            assert row.read()["status"] == "active", "that one is not in use any more"
            assert isinstance(await tokens.ended(fresh), ReconnectNeeded)
            with pytest.raises(ReconnectNeeded):
                await tokens.current()
        kept = row.read()
        assert (kept["status"], kept["error"]["code"]) == ("reconnect", "refused")

    played(story())


def test_without_a_refresh_token_a_refusal_is_the_end(site: Site):
    async def story() -> None:
        row = await site.connect("notion", lives=None, refresh=False)
        async with site.worker() as worker:
            assert await worker.tokens(*row.place).current() == row.access
            with pytest.raises(ReconnectNeeded):
                await worker.tokens(*row.place).after_refusal(row.access)
        assert site.outside.requests == []
        assert row.read()["status"] == "reconnect"

    played(story())


def test_a_death_after_notion_rotated_is_a_lost_connection(site: Site):
    async def story() -> None:
        row = await site.connect("notion")
        site.outside.moods = ["drop after"]
        async with site.worker() as first:
            with pytest.raises(Unavailable):
                await first.tokens(*row.place).after_refusal(row.access)
            assert row.read()["status"] == "active"
            with pytest.raises(ReconnectNeeded):
                await first.tokens(*row.place).after_refusal(row.access)
        assert row.read()["status"] == "reconnect"

    played(story())


@pytest.mark.parametrize("mood", [500, 503, 429, "drop", "garbage", "huge"])
@BOTH
def test_trouble_at_the_service_ends_nothing(site: Site, provider: str, mood: int | str):
    async def story() -> None:
        row = await site.connect(provider)
        site.outside.moods = [mood]
        async with site.worker() as worker:
            with pytest.raises(Unavailable):
                await worker.tokens(*row.place).after_refusal(row.access)
            assert row.read()["status"] == "active"
            # The lease is still ours, so that we need not wait for it.
            assert await worker.tokens(*row.place).after_refusal(row.access) != row.access

    played(story())


@BOTH
def test_a_wrong_client_secret_is_our_fault_and_ends_nobodys_connection(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider)
        secret = f"{provider.upper()}_CLIENT_SECRET"
        async with site.worker(**{secret: "wrong"}) as worker:
            with pytest.raises(Unavailable) as refusal:
                await worker.tokens(*row.place).after_refusal(row.access)
        assert (refusal.value.code, refusal.value.field) == ("client_refused", secret)
        assert row.read()["status"] == "active"

    played(story())


def test_who_is_cancelled_in_the_middle_loses_no_rotated_token(site: Site):
    async def story() -> None:
        row = await site.connect("notion")
        site.outside.hold()
        async with site.worker() as worker:
            waiting = asyncio.create_task(worker.tokens(*row.place).after_refusal(row.access))
            await site.outside.came()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            site.outside.go_on()
        async with site.worker() as another:
            fresh = await another.tokens(*row.place).current()
        assert site.outside.notion.holder(fresh) is not None
        assert row.read()["version"] == 2

    played(story())


def test_while_somebody_else_refreshes_one_waits_and_takes_what_they_got(site: Site):
    async def story() -> None:
        row = await site.connect("notion")
        site.outside.hold()
        async with site.worker() as one, site.worker() as two:
            first = asyncio.create_task(one.tokens(*row.place).after_refusal(row.access))
            await site.outside.came()
            second = asyncio.create_task(two.tokens(*row.place).after_refusal(row.access))
            done, _ = await asyncio.wait({second}, timeout=0.5)
            assert not done
            site.outside.go_on()
            assert await first == await second
        assert len(site.outside.requests) == 1

    played(story())


def test_the_lease_of_somebody_who_died_runs_out(site: Site):
    async def story() -> None:
        row = await site.connect("google")
        dead = {"connection_id": row.id, "version": 1, "holder": str(uuid.uuid4()), "seconds": 1}
        async with site.worker() as worker:
            assert await worker.database.call("lease_refresh", **dead) == {"standing": "leased"}
            assert await worker.tokens(*row.place).after_refusal(row.access) != row.access

    played(story())


@BOTH
def test_who_lost_the_lease_throws_away_what_they_hold(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider)
        site.outside.hold()
        async with site.worker() as slow, site.worker() as quick:
            waiting = asyncio.create_task(slow.tokens(*row.place).after_refusal(row.access))
            await site.outside.came()
            site.world.sql(
                "update private.connection_tokens set lease_until = now() - interval '1 second'"
                " where connection_id = %s",
                row.id,
            )
            site.outside.held = False  # only the first one waits
            fresh = await quick.tokens(*row.place).after_refusal(row.access)
            site.outside.go_on()
            assert await waiting == fresh
            assert len(site.outside.requests) == 2
        assert row.read()["status"] == "active"
        async with site.worker() as another:
            assert await another.tokens(*row.place).current() == fresh

    played(story())


def test_ciphertexts_that_changed_rows_open_nowhere(site: Site):
    async def story() -> None:
        ada, ben = await site.connect("notion"), await site.connect("notion")
        both = {row.id: row.read()["sealed"] for row in (ada, ben)}
        for row, other in ((ada, ben), (ben, ada)):
            site.world.sql(
                "update private.connection_tokens set sealed = %s where connection_id = %s",
                both[other.id],
                row.id,
            )
        async with site.worker() as worker:
            for row in (ada, ben):
                with pytest.raises(ReconnectNeeded):
                    await worker.tokens(*row.place).current()
                kept = row.read()
                assert (kept["status"], kept["error"]["code"]) == ("reconnect", "seal_broken")
        assert site.outside.requests == []

    played(story())


def test_a_key_that_was_taken_away_too_early_is_asked_for_by_name(site: Site):
    async def story() -> None:
        row = await site.connect("notion")
        async with site.worker(TOKEN_KEYS=KEYS["b"]) as worker:
            with pytest.raises(Unavailable, match="the key a") as refusal:
                await worker.tokens(*row.place).current()
        assert refusal.value.field == "TOKEN_KEYS"
        assert row.read()["status"] == "active"
        async with site.worker(TOKEN_KEYS=f"{KEYS['b']},{KEYS['a']}") as worker:
            assert await worker.tokens(*row.place).current() == row.access

    played(story())


def test_keys_rotate_three_times_under_live_tokens(site: Site):
    async def story() -> None:
        site.world.sql("delete from public.connections")
        rows = [await site.connect(provider) for provider in ("notion", "google", "notion")]
        tokens = {row.id: row.access for row in rows}
        for newest, older in (("b", "a"), ("c", "b"), ("d", "c")):
            keys = f"{KEYS[newest]},{KEYS[older]}"
            async with site.worker(TOKEN_KEYS=keys) as worker:
                # One is refreshed in the course of it, and so sealed with the newest anyway.
                row = rows[0]
                tokens[row.id] = await worker.tokens(*row.place).after_refusal(tokens[row.id])
                assert await reseal_all(worker.database, worker.keyring) == 2
                assert await reseal_all(worker.database, worker.keyring) == 0
            async with site.worker(TOKEN_KEYS=KEYS[newest]) as worker:
                for row in rows:
                    assert await worker.tokens(*row.place).current() == tokens[row.id]
                    assert row.read()["sealed"].startswith(f"v1.{newest}.")

    played(story())


def test_what_does_not_open_stops_no_resealing(site: Site):
    async def story() -> None:
        site.world.sql("delete from public.connections")
        broken, whole = await site.connect("notion"), await site.connect("google")
        site.world.sql(
            "update private.connection_tokens set sealed = 'v1.a.AAAA' where connection_id = %s",
            broken.id,
        )
        keys = Keyring.parse(f"{KEYS['b']},{KEYS['a']}")
        async with site.database() as database:
            assert await reseal_all(database, keys) == 1
        assert whole.read()["sealed"].startswith("v1.b.")
        assert broken.read()["sealed"] == "v1.a.AAAA"

    played(story())


@BOTH
def test_revoking_ends_it_at_the_service_and_twice_is_no_error(site: Site, provider: str):
    async def story() -> None:
        row = await site.connect(provider)
        connection = {
            "id": row.id,
            "user_id": row.person,
            "provider": provider,
            "sealed_tokens": row.read()["sealed"],
        }
        async with site.worker() as worker:
            ended = [await worker.revoke(connection) for _ in range(2)]
            site.outside.moods = [503]
            with pytest.raises(Unavailable):
                await worker.revoke(connection)
        assert [(one.is_revoked, one.code) for one in ended] == [
            (True, None),
            (False, "over_already"),
        ]
        assert getattr(site.outside, provider).holder(row.access) is None

    played(story())


def test_revoking_without_tokens_a_key_or_a_service_says_why(site: Site):
    async def story() -> None:
        row = await site.connect("notion")
        connection = {"id": row.id, "user_id": row.person, "provider": "notion"}
        sealed = {"sealed_tokens": row.read()["sealed"]}
        async with site.worker(TOKEN_KEYS=KEYS["b"], NOTION_CLIENT_ID="") as worker:
            assert (await worker.revoke(connection | sealed)).code == "not_set_up"
        async with site.worker(TOKEN_KEYS=KEYS["b"]) as worker:
            assert (await worker.revoke(connection | sealed)).code == "unknown_key"
            assert (await worker.revoke(connection | {"sealed_tokens": None})).code == "no_tokens"
        assert site.outside.requests == []

    played(story())


def test_no_token_is_in_a_repr():
    assert "hush" not in repr(Pair("hush", "hush"))
