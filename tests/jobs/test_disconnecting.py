"""Ending a connection: revoked at the service, then forgotten here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.postgrest_proxy import PostgrestProxy
from tests.fakes.sign_in import SignIn
from tests.jobs.site import Worker
from tests.services.linked import KEYS, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.postgrest_proxy import Moment
    from tests.services.linked import Row
    from tests.world import World

BOTH = pytest.mark.parametrize("provider", ["notion", "google"])


@pytest.fixture
def outside() -> Iterator[SignIn]:
    with SignIn() as outside:
        yield outside


@pytest.fixture
def site(world: World, outside: SignIn) -> Iterator[Site]:
    for kind in ("q", "a"):
        world.sql(f"delete from pgmq.{kind}_disconnect")  # noqa: S608 - one of the above
    yield Site(world, outside)
    world.sql("delete from pgmq.q_disconnect")


def work(site: Site, **settings: str) -> Worker:
    """A worker that does what there is to do, and ends."""
    world = site.world
    # What failed waits before its next turn; here it is its turn at once.
    world.sql("update pgmq.q_disconnect set vt = clock_timestamp()")
    with Worker(
        world.url, world.secret_key, "disconnect", "--drain", **{**site.env, **settings}
    ) as worker:
        assert worker.wait() == 0
    return worker


def shown(row: Row) -> list[dict[str, Any]]:
    return row.owner.rows("connections", select="provider,status")


@BOTH
def test_a_connection_that_is_ended_is_revoked_there_and_forgotten_here(site: Site, provider: str):
    row = asyncio.run(site.connect(provider))
    assert row.owner.call("disconnect", provider=provider) == "disconnecting"
    assert shown(row) == [{"provider": provider, "status": "disconnecting"}]
    worker = work(site)
    [done] = worker.events("job_done")
    assert done["revoked"] is True
    assert getattr(site.outside, provider).holder(row.access) is None
    assert shown(row) == []
    assert site.world.count("private.connection_tokens", connection_id=row.id) == 0
    assert row.access not in "".join(worker.said)


@BOTH
def test_what_was_revoked_there_already_is_forgotten_all_the_same(site: Site, provider: str):
    row = asyncio.run(site.connect(provider))
    getattr(site.outside, provider).revoke_all()
    row.owner.call("disconnect", provider=provider)
    [done] = work(site).events("job_done")
    assert done["revoked"] is False
    assert shown(row) == []


@BOTH
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["load_disconnect", "complete_disconnect"])
def test_a_worker_killed_in_the_middle_leaves_it_to_the_next(
    site: Site, provider: str, call: str, moment: Moment
):
    row = asyncio.run(site.connect(provider))
    row.owner.call("disconnect", provider=provider)
    with PostgrestProxy(site.world.rest.rstrip("/")) as proxy:
        held = proxy.hold(call, moment)
        env = {**site.env, "SUPABASE_URL": proxy.url}
        with Worker(proxy.url, site.world.secret_key, "disconnect", "--drain", **env) as doomed:
            held.wait()
            doomed.kill()
        held.release(passes_on=False)
    work(site)
    assert shown(row) == []
    assert getattr(site.outside, provider).holder(row.access) is None
    assert site.world.count("pgmq.q_disconnect") == 0


def test_while_the_service_does_not_answer_it_is_tried_again(site: Site):
    row = asyncio.run(site.connect("google"))
    row.owner.call("disconnect", provider="google")
    site.outside.moods = [503]
    work(site)
    assert shown(row) == [{"provider": "google", "status": "disconnecting"}]
    assert site.outside.google.holder(row.access) is not None
    work(site)
    assert shown(row) == []
    assert site.outside.google.holder(row.access) is None


def test_a_service_that_never_answers_keeps_nobody_connected(site: Site):
    row = asyncio.run(site.connect("notion"))
    row.owner.call("disconnect", provider="notion")
    [limit] = site.world.sql("select max_failures from worker.queues where queue = 'disconnect'")
    site.world.sql("update worker.queues set max_failures = 2 where queue = 'disconnect'")
    site.outside.moods = [503] * 9
    try:
        work(site)
        assert shown(row) != []
        work(site)
    finally:
        site.world.sql(
            "update worker.queues set max_failures = %s where queue = 'disconnect'",
            limit["max_failures"],
        )
    assert shown(row) == []


def test_without_the_right_key_it_is_forgotten_without_being_revoked(site: Site):
    row = asyncio.run(site.connect("notion"))
    row.owner.call("disconnect", provider="notion")
    [done] = work(site, TOKEN_KEYS=KEYS["b"]).events("job_done")
    assert done["revoked"] is False
    assert shown(row) == []
    assert site.outside.requests == []
