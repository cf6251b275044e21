"""Connections: accounts elsewhere that somebody lets us use, and forgets again."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.stories.deliveries import token
from tests.stories.exports import BACK, CALENDARS, FREE_BUSY, SUCCEEDED, hashed, item
from tests.stories.proposals import somebody_waits
from tests.world import HIDDEN, NOT_SIGNED_IN, Refusal, at_once, refusal

if TYPE_CHECKING:
    from tests.stories.exports import Exporting, Outside
    from tests.stories.schedules import Scheduled
    from tests.world import Person, Row, World

NOT_CONNECTED = Refusal(404, "not_connected", "provider")
OTHER_ACCOUNT = Refusal(409, "other_account", "provider")


def keep(outside: Outside, state: str, provider: str = "notion", code: str = "code") -> Any:
    return outside.call(
        "keep_oauth_code", provider=provider, state_hash=hashed(state), sealed_code=code
    )


def claim(outside: Outside, person: Person, state: str, provider: str = "notion") -> Any:
    return outside.call(
        "claim_oauth_state", provider=provider, state_hash=hashed(state), user_id=person.id
    )


def mine(person: Person) -> list[Row]:
    return person.rows("connections", order="provider")


# Setting out


def test_who_sets_out_comes_back_once(world: World, outside: Outside) -> None:
    ada, state = world.person(), str(uuid.uuid4())
    outside.begin(ada, state)
    assert claim(outside, ada, state) is None, "no code came back yet"
    assert keep(outside, state) == {"return_to": BACK}
    assert keep(outside, state, code="another") is None, "one code, once"
    assert claim(outside, ada, state) == {
        "sealed_verifier": f"verifier-of-{state}",
        "sealed_code": "code",
    }
    assert claim(outside, ada, state) is None


def test_a_state_is_good_for_one_person_and_one_provider(world: World, outside: Outside) -> None:
    ada, ben, state = world.person(), world.person("Ben"), str(uuid.uuid4())
    outside.begin(ada, state)
    assert keep(outside, state, provider="google") is None
    assert keep(outside, str(uuid.uuid4())) is None
    assert keep(outside, state) is not None
    assert claim(outside, ben, state) is None
    assert claim(outside, ada, state, provider="google") is None
    assert claim(outside, ada, state) is not None, "none of that spent it"


def test_a_state_is_over_after_ten_minutes(world: World, outside: Outside) -> None:
    ada, early, late = world.person(), str(uuid.uuid4()), str(uuid.uuid4())
    for state in (early, late):
        outside.begin(ada, state)
    assert keep(outside, late) is not None
    assert world.value(
        "select min(expires_at - created_at) = interval '10 minutes' from private.oauth_states"
        " where user_id = %s",
        ada.id,
    )
    world.sql("update private.oauth_states set expires_at = now() where user_id = %s", ada.id)
    assert keep(outside, early) is None
    assert claim(outside, ada, late) is None


def test_whoever_sets_out_again_and_again_leaves_ten_states(world: World, outside: Outside) -> None:
    ada, states = world.person(), [str(uuid.uuid4()) for _ in range(12)]
    for state in states:
        outside.begin(ada, state)
    assert world.count("private.oauth_states", user_id=ada.id) == 10
    assert keep(outside, states[1]) is None
    assert keep(outside, states[2]) is not None


def test_two_claims_at_once_are_one(world: World, outside: Outside) -> None:
    ada, state = world.person(), str(uuid.uuid4())
    outside.begin(ada, state)
    keep(outside, state)
    claimed = {"provider": "notion", "state_hash": hashed(state), "user_id": ada.id}
    answers = at_once(*[lambda: world.service.rpc("claim_oauth_state", "worker", **claimed)] * 5)
    assert sorted(answer.json() is None for answer in answers) == [False] + [True] * 4


# What there is to see


def test_people_see_their_account_and_never_a_token(world: World, outside: Outside) -> None:
    ada = world.person()
    which = outside.connect(ada, "google", account_name="ada@example.com")
    [row] = mine(ada)
    assert {name: row[name] for name in row if not name.endswith("_at")} == {
        "id": which,
        "user_id": ada.id,
        "provider": "google",
        "account_id": f"account-of-{ada.id}",
        "account_name": "ada@example.com",
        "scopes": [CALENDARS, FREE_BUSY],
        "status": "active",
        "error": None,
    }
    assert row["last_used_at"] is None
    outside.call("load_tokens", connection_id=which)
    assert mine(ada)[0]["last_used_at"] is not None
    for table in ("connection_tokens", "oauth_states"):
        assert ada.get(table).status_code == 404
        assert ada.send("GET", f"rpc/{table}").status_code == 404


def test_a_stranger_sees_no_connection_and_changes_none(world: World, outside: Outside) -> None:
    ada, ben = world.person(), world.person("Ben")
    which = outside.connect(ada)
    assert ben.rows("connections") == []
    assert refusal(world.nobody.get("connections")) == NOT_SIGNED_IN
    for somebody in (ada, ben):
        changed = somebody.update("connections", {"status": "reconnect"}, id=f"eq.{which}")
        assert refusal(changed) == HIDDEN
        assert refusal(somebody.delete("connections", id=f"eq.{which}")) == HIDDEN
        row = {"user_id": somebody.id, "provider": "google", "account_id": "x"}
        assert refusal(somebody.insert("connections", row)) == HIDDEN
    assert refusal(ben.rpc("disconnect", provider="notion")) == NOT_CONNECTED
    assert refusal(world.nobody.rpc("disconnect", provider="notion")) == NOT_SIGNED_IN
    assert mine(ada)[0]["status"] == "active"


@pytest.mark.parametrize("provider", ["", "Notion", "dropbox"])
def test_another_provider_is_refused_by_its_field(world: World, provider: str) -> None:
    wrong = Refusal(422, "invalid_provider", "provider")
    assert refusal(world.person().rpc("disconnect", provider=provider)) == wrong


# Connecting again


def test_connecting_again_keeps_the_connection_and_takes_the_new_tokens(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    first = outside.connect(ada, sealed_tokens="v1.k1.old")
    again = outside.connect(ada, sealed_tokens="v1.k1.new", account_name="Renamed")
    assert again == first
    [row] = mine(ada)
    assert row["account_name"] == "Renamed"
    held = outside.call("load_tokens", connection_id=first)
    assert (held["sealed_tokens"], held["version"]) == ("v1.k1.new", 2)


def test_another_account_is_taken_while_nothing_was_exported_to_the_first(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    first = outside.connect(ada)
    assert outside.connect_as(ada, "notion", "another") == first
    assert mine(ada)[0]["account_id"] == "another"


def test_another_account_is_refused_while_something_of_ours_is_in_the_first(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    assert outside.connect_as(exporting.learner, "notion", "another") == OTHER_ACCOUNT
    assert exporting.account["account_id"] == f"account-of-{exporting.learner.id}"


def test_another_account_is_taken_once_all_of_it_was_removed(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported().ask("remove")
    outside.end(outside.take(), SUCCEEDED)
    assert outside.connect_as(exporting.learner, "notion", "another") == exporting.connection


def test_another_account_is_taken_when_nothing_could_be_made_in_the_first(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    assert outside.record(job, container={"making": "x"}) == "held"
    assert outside.record(job, container={}) == "held"
    outside.end(job, {"status": "stopped", "code": "parent_gone", "message": "It is gone."})
    assert outside.connect_as(exporting.learner, "notion", "another") == exporting.connection


def test_an_export_that_waits_goes_to_the_account_that_is_there(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    outside.connect_as(exporting.learner, "notion", "another")
    exporting.exported()
    [written] = outside.world.sql(
        "select account_id from public.exports where id = %s", exporting.id
    )
    assert written["account_id"] == "another", "or what is there is forgotten the next time"
    exporting.start()
    assert len(outside.take()["loaded"]["items"]) == 4


def test_an_export_that_runs_with_nothing_there_yet_begins_anew_in_the_other_account(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    job = outside.take()
    outside.connect_as(exporting.learner, "notion", "another")
    assert outside.record(job, container={"making": "x"}) == "cancelled"
    outside.end(job, SUCCEEDED)
    assert exporting.row["status"] == "queued"
    exporting.exported()
    [written] = outside.world.sql(
        "select account_id from public.exports where id = %s", exporting.id
    )
    assert written["account_id"] == "another"


def test_what_stayed_in_the_account_before_is_not_looked_for_in_the_other(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported().ask("remove")
    stays = {"stays": ["The database stays: it has pages of yours."]}
    outside.end(outside.take(), SUCCEEDED | stays)
    assert exporting.row["status"] == "removed"
    outside.connect_as(exporting.learner, "notion", "another")
    exporting.start()
    assert outside.take()["loaded"]["export"]["container"] is None


# Refreshing


def lease(outside: Outside, which: str, holder: str, version: int = 1, seconds: int = 30) -> Any:
    return outside.call(
        "lease_refresh", connection_id=which, version=version, holder=holder, seconds=seconds
    )


def save(outside: Outside, which: str, holder: str, version: int = 1) -> Any:
    return outside.call(
        "save_refreshed",
        connection_id=which,
        holder=holder,
        version=version,
        sealed_tokens=f"v1.k1.{holder}",
    )


def test_one_worker_at_a_time_refreshes(world: World, outside: Outside) -> None:
    which = outside.connect(world.person())
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    assert lease(outside, which, one) == {"standing": "leased"}
    assert lease(outside, which, one) == {"standing": "leased"}
    waits = lease(outside, which, other)
    assert waits["standing"] == "wait"
    assert 1 <= waits["seconds"] <= 30
    assert save(outside, which, other) is False
    assert save(outside, which, one) is True
    assert save(outside, which, one) is False, "the version is another now"
    assert lease(outside, which, other) == {"standing": "fresh"}
    assert lease(outside, which, other, version=2) == {"standing": "leased"}


def test_who_was_overtaken_saves_nothing(world: World, outside: Outside) -> None:
    which = outside.connect(world.person())
    slow, quick = str(uuid.uuid4()), str(uuid.uuid4())
    lease(outside, which, slow)
    world.sql(
        "update private.connection_tokens set lease_until = now() where connection_id = %s", which
    )
    assert lease(outside, which, quick) == {"standing": "leased"}
    assert save(outside, which, slow) is False
    assert save(outside, which, quick) is True
    held = outside.call("load_tokens", connection_id=which)
    assert held["sealed_tokens"] == f"v1.k1.{quick}"


def test_fifty_leases_at_once_are_one(world: World, outside: Outside) -> None:
    which = outside.connect(world.person())

    def ask() -> Any:
        arguments = {"connection_id": which, "version": 1, "seconds": 30}
        return world.service.rpc("lease_refresh", "worker", **arguments, holder=str(uuid.uuid4()))

    standings = [answer.json()["standing"] for answer in at_once(*[ask] * 50)]
    assert sorted(standings) == ["leased"] + ["wait"] * 49


def test_a_broken_connection_says_reconnect_and_is_not_refreshed(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    which = outside.connect(ada)
    outside.break_off(which)
    [row] = mine(ada)
    assert row["status"] == "reconnect"
    assert row["error"]["code"] == "invalid_grant"
    assert row["error"]["message"]
    assert row["error"]["remedy"]
    assert lease(outside, which, str(uuid.uuid4())) == {"standing": "broken"}
    assert lease(outside, str(uuid.uuid4()), str(uuid.uuid4())) == {"standing": "broken"}
    outside.connect(ada)
    assert (mine(ada)[0]["status"], mine(ada)[0]["error"]) == ("active", None)


def test_what_is_said_of_older_tokens_breaks_nothing(world: World, outside: Outside) -> None:
    ada = world.person()
    which = outside.connect(ada)
    outside.connect(ada)
    outside.call("break_connection", connection_id=which, version=1, code="invalid_grant")
    assert mine(ada)[0]["status"] == "active"


def test_tokens_are_sealed_anew_unless_they_were_refreshed_meanwhile(
    world: World, outside: Outside
) -> None:
    which = outside.connect(world.person(), sealed_tokens="v1.old.cipher")
    found = outside.call("connections_to_reseal", key_id="new", most=1000)
    assert [row["version"] for row in found if row["connection_id"] == which] == [1]
    with_old = outside.call("connections_to_reseal", key_id="old", most=1000)
    assert which not in [row["connection_id"] for row in with_old]
    resealed = {"connection_id": which, "sealed_tokens": "v1.new.cipher"}
    assert outside.call("reseal_tokens", **resealed, version=2) is False
    assert outside.call("reseal_tokens", **resealed, version=1) is True
    held = outside.call("load_tokens", connection_id=which)
    assert (held["sealed_tokens"], held["version"]) == ("v1.new.cipher", 1)


# Disconnecting


def test_disconnecting_revokes_and_forgets(world: World, outside: Outside) -> None:
    ada = world.person()
    which = outside.connect(ada, sealed_tokens="v1.k1.mine")
    assert ada.call("disconnect", provider="notion") == "disconnecting"
    assert ada.call("disconnect", provider="notion") == "disconnecting"
    job = outside.the_job("disconnect")
    loaded = outside.call("load_disconnect", **token(job))
    assert loaded == {
        "standing": "held",
        "connection": {
            "id": which,
            "user_id": ada.id,
            "provider": "notion",
            "sealed_tokens": "v1.k1.mine",
        },
    }
    outside.end(job, {"revoked": True})
    assert mine(ada) == []
    assert world.count("private.connection_tokens", connection_id=which) == 0
    assert refusal(ada.rpc("disconnect", provider="notion")) == NOT_CONNECTED


def test_a_service_that_cannot_be_reached_keeps_nobody_connected(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    outside.connect(ada)
    ada.call("disconnect", provider="notion")
    assert outside.fail(outside.the_job("disconnect"), retry_in="0") == "retrying"
    assert mine(ada)[0]["status"] == "disconnecting"
    outside.time_is_up("disconnect")
    assert outside.fail(outside.the_job("disconnect")) == "dead"
    assert mine(ada) == []


def test_tokens_that_are_being_refreshed_are_revoked_when_they_are_there(
    world: World, outside: Outside
) -> None:
    ada, holder = world.person(), str(uuid.uuid4())
    which = outside.connect(ada)
    assert lease(outside, which, holder) == {"standing": "leased"}
    ada.call("disconnect", provider="notion")
    assert outside.read("disconnect") == [], "what it would revoke is over, and the new is not"
    assert save(outside, which, holder) is True
    assert lease(outside, which, holder, version=2) == {"standing": "broken"}
    outside.time_is_up("disconnect")
    loaded = outside.call("load_disconnect", **token(outside.the_job("disconnect")))
    assert loaded["connection"]["sealed_tokens"] == f"v1.k1.{holder}"


def test_nothing_connects_while_the_old_connection_is_being_ended(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    outside.connect(ada)
    ada.call("disconnect", provider="notion")
    still = Refusal(409, "still_disconnecting", "provider")
    assert outside.connect_as(ada, "notion", "another") == still
    outside.disconnected()
    assert isinstance(outside.connect_as(ada, "notion", "another"), str)


def test_disconnecting_stops_what_was_under_way_and_leaves_what_was_exported(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    other = exporting.another()
    other.start()
    job = outside.take()
    exporting.learner.call("disconnect", provider="notion")
    assert (other.row["status"], other.row["needs"]) == ("stopped", "reconnect")
    assert other.row["error"]["code"] == "disconnected"
    assert outside.record(job) == "cancelled"
    assert exporting.row["status"] == "succeeded"
    outside.disconnected()
    assert exporting.row["connection_id"] is None
    assert len(exporting.items) == 4, "what is there is still known"


def test_whoever_connects_the_same_account_again_goes_on_where_it_was(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.exported()
    other = exporting.another()
    other.start()
    exporting.learner.call("disconnect", provider="notion")
    outside.disconnected()
    outside.complete(outside.the_job("export_notion"))
    which = outside.connect(exporting.learner)
    assert {exporting.row["connection_id"], other.row["connection_id"]} == {which}
    assert (exporting.row["status"], other.row["status"]) == ("succeeded", "queued")
    assert outside.exports_under_way() == [other.id]
    exporting.start()
    outside.end(outside.take(), SUCCEEDED)
    loaded = outside.take()["loaded"]
    assert loaded["export"]["container"]["database_id"] == "d1"
    assert len(loaded["items"]) == 4


def test_what_is_in_another_account_is_let_be(exporting: Exporting, outside: Outside) -> None:
    exporting.exported().learner.call("disconnect", provider="notion")
    outside.disconnected()
    outside.connect_as(exporting.learner, "notion", "another")
    assert exporting.row["connection_id"] is None
    exporting.start()
    loaded = outside.take()["loaded"]
    assert (loaded["export"]["container"], loaded["items"]) == (None, [])
    assert exporting.row["url"] is None


# Broken off and taken up


def test_a_broken_connection_stops_its_exports_and_connecting_goes_on_with_them(
    exporting: Exporting, outside: Outside
) -> None:
    exporting.start()
    waiting = exporting.another()
    waiting.start()
    job = outside.take()
    outside.record(job, item(exporting.tasks[0]), container={"making": "x"})
    outside.break_off(exporting.connection)
    for one in (exporting, waiting):
        assert (one.row["status"], one.row["needs"]) == ("stopped", "reconnect")
        assert one.row["error"]["code"] == "reconnect"
        assert one.row["error"]["remedy"]
    assert outside.record(job) == "cancelled"
    assert outside.complete(job)["standing"] == "done"
    assert outside.exports_under_way() == [], "nothing is retried"
    again = Refusal(409, "reconnect", "provider")
    refused = exporting.learner.rpc("start_export", plan_id=exporting.plan_id, provider="notion")
    assert refusal(refused) == again

    outside.connect(exporting.learner)
    assert [one.row["status"] for one in (exporting, waiting)] == ["queued", "queued"]
    assert [one.row["error"] for one in (exporting, waiting)] == [None, None]
    for _ in (exporting, waiting):
        [which] = outside.exports_under_way()
        job = outside.take()
        if which == exporting.id:
            assert job["loaded"]["export"]["container"] == {"making": "x"}
            assert [row["key"] for row in job["loaded"]["items"]] == [exporting.tasks[0]]
        outside.end(job, SUCCEEDED)
    assert [one.row["status"] for one in (exporting, waiting)] == ["succeeded", "succeeded"]


# Free and busy


def busy_result(*times: tuple[str, str]) -> Row:
    return {"busy": [list(time) for time in times]}


EVENING = ("2031-03-03T18:00:00+00:00", "2031-03-03T19:00:00+00:00")
MORNING = ("2031-03-04T08:00:00+00:00", "2031-03-04T09:30:00+00:00")


def busy_times(person: Person) -> dict[tuple[str, str], str | None]:
    rows = person.rows("busy_times")
    return {(row["starts_at"], row["ends_at"]): row["source"] for row in rows}


def test_free_and_busy_is_read_where_it_was_allowed(world: World, outside: Outside) -> None:
    ada, ben = world.person(), world.person("Ben")
    which = outside.connect(ada, "google")
    outside.connect(ada, "notion")
    outside.connect(ben, "google", scopes=[CALENDARS])
    assert outside.messages("read_busy_times") == [{"v": 1, "connection_id": which}]
    job = outside.the_job("read_busy_times")
    loaded = outside.call("load_read_busy_times", **token(job), at="2031-03-01T00:00:00Z")
    assert loaded == {
        "standing": "held",
        "connection": {
            "id": which,
            "user_id": ada.id,
            "provider": "google",
            "account_id": f"account-of-{ada.id}",
        },
        "from": "2031-03-01T00:00:00+00:00",
        "until": "2031-04-26T00:00:00+00:00",
    }


def test_busy_times_are_taken_over_and_plans_are_placed_anew_for_a_change_only(
    scheduled: Scheduled, outside: Outside
) -> None:
    ada, queue = scheduled.learner, scheduled.queue
    own = {"starts_at": "2031-03-05T18:00:00Z", "ends_at": "2031-03-05T20:00:00Z"}
    assert ada.insert("busy_times", own).status_code == 201
    outside.connect(ada, "google")
    queue.settle()
    outside.end(outside.the_job("read_busy_times"), busy_result(EVENING, MORNING))
    kept = ("2031-03-05T18:00:00+00:00", "2031-03-05T20:00:00+00:00")
    assert busy_times(ada) == {EVENING: "google", MORNING: "google", kept: None}
    assert len(scheduled.messages()) == 1

    queue.settle()
    ids = {row["id"] for row in ada.rows("busy_times")}
    assert outside.after(7 * 60, "busy-times")
    outside.end(outside.the_job("read_busy_times"), busy_result(EVENING, MORNING))
    assert {row["id"] for row in ada.rows("busy_times")} == ids
    assert scheduled.messages() == [], "nothing changed"

    outside.after(7 * 60, "busy-times")
    outside.end(outside.the_job("read_busy_times"), busy_result(MORNING))
    assert busy_times(ada) == {MORNING: "google", kept: None}
    assert len(scheduled.messages()) == 1


def test_busy_times_are_asked_for_every_six_hours(world: World, outside: Outside) -> None:
    which = outside.connect(world.person(), "google")
    outside.end(outside.the_job("read_busy_times"), busy_result())
    assert outside.after(5 * 60, "busy-times") == 0
    assert outside.after(2 * 60, "busy-times") == 1
    assert outside.messages("read_busy_times") == [{"v": 1, "connection_id": which}]
    assert outside.after(5 * 60, "busy-times") == 0


def test_a_full_calendar_beside_many_own_busy_times_is_taken_over_as_far_as_it_goes(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    world.sql(
        "insert into public.busy_times (user_id, starts_at, ends_at) select %s, t, t + interval"
        " '1 minute' from generate_series('2031-01-01'::timestamptz, '2031-02-28', '1 hour')"
        " t limit 1300",
        ada.id,
    )
    outside.connect(ada, "google")
    hours = [f"2031-04-{day:02}T{hour:02}" for day in range(1, 31) for hour in range(24)]
    many = [(f"{hour}:00:00Z", f"{hour}:30:00Z") for hour in hours]
    outside.end(outside.the_job("read_busy_times"), busy_result(*many))
    assert world.count("public.busy_times", user_id=ada.id, source="google") > 0


def test_disconnecting_forgets_the_busy_times_that_were_read(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    outside.connect(ada, "google")
    outside.end(outside.the_job("read_busy_times"), busy_result(EVENING))
    own = {"starts_at": MORNING[0], "ends_at": MORNING[1]}
    assert ada.insert("busy_times", own).status_code == 201
    ada.call("disconnect", provider="google")
    outside.disconnected()
    assert busy_times(ada) == {MORNING: None}


def test_connecting_without_free_and_busy_forgets_the_busy_times_that_were_read(
    world: World, outside: Outside
) -> None:
    ada, ben = world.person(), world.person("Ben")
    for person in (ada, ben):
        outside.connect(person, "google")
        outside.end(outside.the_job("read_busy_times"), busy_result(EVENING))
    own = {"starts_at": MORNING[0], "ends_at": MORNING[1]}
    assert ada.insert("busy_times", own).status_code == 201
    outside.connect(ada, "google", scopes=[CALENDARS])
    assert busy_times(ada) == {MORNING: None}
    assert busy_times(ben) == {EVENING: "google"}


def test_what_was_read_when_it_was_still_allowed_is_not_taken_over(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    outside.connect(ada, "google")
    job = outside.the_job("read_busy_times")
    outside.connect(ada, "google", scopes=[CALENDARS])
    outside.end(job, busy_result(EVENING))
    assert busy_times(ada) == {}


def test_what_is_read_while_it_is_being_forbidden_is_not_taken_over(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    which = outside.connect(ada, "google")
    job = outside.the_job("read_busy_times")
    with ThreadPoolExecutor(1) as pool, psycopg.connect(world.database_url) as connecting:
        # As save_connection: the account, the scopes, what was read.
        connecting.execute("select from public.users where id = %s for no key update", (ada.id,))
        connecting.execute(
            "update public.connections set scopes = %s where id = %s", ([CALENDARS], which)
        )
        worker = pool.submit(outside.end, job, busy_result(EVENING))
        somebody_waits(world, "complete_read_busy_times")
        connecting.commit()
        worker.result()
    assert busy_times(ada) == {}


def test_a_worker_that_comes_late_with_busy_times_writes_none(
    world: World, outside: Outside
) -> None:
    ada = world.person()
    outside.connect(ada, "google")
    job = outside.the_job("read_busy_times")
    ada.call("disconnect", provider="google")
    loaded = outside.call("load_read_busy_times", **token(job))
    assert loaded == {"standing": "obsolete"}
    outside.end(job, busy_result(EVENING))
    assert busy_times(ada) == {}


def test_nobody_writes_where_a_busy_time_comes_from(world: World) -> None:
    ada = world.person()
    row = {"starts_at": EVENING[0], "ends_at": EVENING[1], "source": "google"}
    assert refusal(ada.insert("busy_times", row)) == HIDDEN
