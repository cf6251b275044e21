"""Plans brought to Notion and Google Calendar by real workers: once, whatever happens to them."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.edge.serving import Edge
from tests.fakes.notion_world import Database
from tests.jobs.abroad import SOON, is_about

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from tests.fakes.postgrest_proxy import Moment, PostgrestProxy
    from tests.jobs.abroad import Abroad, Export
    from tests.jobs.site import Site, Worker

    Hire = Callable[..., Worker]

APP = "https://learn.example.com"
SERVICES = ("notion", "google")
# Where a request can be when its worker dies: not carried out, or carried out and not answered.
# What Google carried out and nobody knows of, the calls to the database show.
HELD = (("notion", "hang"), ("notion", "commit_then_hang"), ("google", "hang"))
TROUBLE = ("busy", "error", "garbage", "drop", "commit_then_drop", "unauthorized")
_PATIENCE = 120


def run(exports: Sequence[Export], exporter: Hire) -> None:
    """Ask for exports, and let a worker bring them there."""
    for export in exports:
        export.start()
    assert exporter().wait() == 0
    for export in exports:
        export.expect_all()


def until_all_is_over(abroad: Abroad, exporter: Hire) -> None:
    """Let workers come, and time go by, until nothing is under way."""
    for _ in range(8):
        assert exporter().wait() == 0
        if not abroad.under_way():
            return
        abroad.later()
    raise AssertionError(abroad.under_way())


def kill_once_all_wait(abroad: Abroad, exporter: Hire, waiting: Sequence[threading.Event]) -> None:
    """Kill a worker in the middle of many exports, each at a place of its own."""
    doomed = exporter("--concurrency", "50")
    for place, came in enumerate(waiting):
        assert came.wait(_PATIENCE), f"nothing arrived at place {place}"
    doomed.kill()
    abroad.notion.calm()
    abroad.later()


# A plan, from the form to the calendar


@pytest.fixture
def edge(site: Site, proxy: PostgrestProxy, abroad: Abroad) -> Iterator[Edge]:
    settings = {
        "SUPABASE_URL": proxy.url,
        "SUPABASE_PUBLISHABLE_KEY": site.stack.token(role="anon"),
        "SUPABASE_SECRET_KEY": site.key,
        "SUPABASE_JWT_SECRET": site.stack.env()["SUPABASE_JWT_SECRET"],
        "EDGE_ORIGINS": APP,
        "EDGE_URL": "https://edge.example.com",
    }
    with Edge(settings | abroad.settings) as edge:
        yield edge


def connect(edge: Edge, site: Site, person: str, provider: str) -> dict[str, Any]:
    """Do what the learner's browser does: there, back, and finish."""
    headers = {"Authorization": f"Bearer {site.stack.token(person)}"}
    with httpx.Client(base_url=edge.url, trust_env=False, timeout=20) as http:
        path = f"/connections/{provider}"
        wish = {"return_to": f"{APP}/settings"}
        begun = http.post(f"{path}/start", json=wish, headers=headers)
        assert begun.is_success, begun.text
        service = httpx.get(begun.json()["authorize_url"], trust_env=False)
        back = urlsplit(service.headers["location"])
        sent_on = http.get(f"{back.path}?{back.query}")
        assert sent_on.status_code == httpx.codes.SEE_OTHER, sent_on.text
        told = parse_qs(urlsplit(sent_on.headers["location"]).query)
        ending = {"state": told["state"][0], "proof": told["proof"][0]}
        finished = http.post(f"{path}/finish", json=ending, headers=headers)
        assert finished.is_success, finished.text
        connection: dict[str, Any] = finished.json()
        return connection


def test_a_plan_goes_from_the_form_to_both_services(
    site: Site, abroad: Abroad, edge: Edge, hire: Hire
):
    asked = site.ask()
    for provider in SERVICES:
        assert connect(edge, site, asked.person, provider)["status"] == "active"
    assert hire("--drain", **abroad.settings).wait() == 0  # plan, sessions, free and busy
    exports = [abroad.of(provider, asked.person, asked.plan_id) for provider in SERVICES]
    run(exports, lambda: hire("--drain", **abroad.settings))
    for export in exports:
        assert len(export.there()) == export.row["changed"]["created"]
        assert export.row["url"].startswith("https://")
    assert site.dead_letters() == []


# Again


def test_a_plan_is_brought_there_once_and_changed_only_where_it_changed(
    abroad: Abroad, exporter: Hire
):
    exports = [abroad.learner(provider) for provider in SERVICES]
    run(exports, exporter)
    assert [export.changed for export in exports] == [{"created": 3}] * 2

    abroad.forget()
    run(exports, exporter)
    assert abroad.writes() == []
    assert [export.changed for export in exports] == [{"unchanged": 3}] * 2

    for export in exports:
        export.rename(1, "Knots")
    run(exports, exporter)
    assert len(abroad.writes()) == len(exports)
    assert [export.changed for export in exports] == [{"unchanged": 2, "updated": 1}] * 2


def test_what_is_done_and_what_is_gone_is_so_there_as_well(abroad: Abroad, exporter: Hire):
    notes, calendar = exports = [abroad.learner(provider) for provider in SERVICES]
    run(exports, exporter)
    for export in exports:
        export.tick(0)
        export.drop(2)
    abroad.site.sql("update public.exports set finished_at = now() - interval '1 hour'")
    [came] = abroad.site.sql("select worker.run_schedule('exports') as came_to")
    assert came["came_to"] == len(exports), "they keep in step by themselves"
    assert exporter().wait() == 0
    for export in exports:
        export.expect_all()
    assert notes.changed == {"unchanged": 1, "updated": 1, "deleted": 1}
    assert calendar.changed == {"unchanged": 1, "deleted": 2}, "what is done takes no more time"


def test_who_is_done_with_most_of_it_is_not_asked_whether_that_was_meant(
    abroad: Abroad, exporter: Hire
):
    export = abroad.learner("google", tasks=10)
    run([export], exporter)
    for number in range(2, 9):
        export.tick(number)
    run([export], exporter)
    assert export.changed == {"unchanged": 3, "deleted": 7}


def test_a_session_that_moves_takes_its_event_along(abroad: Abroad, exporter: Hire):
    export = abroad.learner("google")
    run([export], exporter)
    ids = {said["id"] for said in export.there().values()}
    abroad.site.sql(
        "update public.sessions set starts_at = starts_at + interval '90 minutes',"
        " ends_at = ends_at + interval '90 minutes' where user_id = %s",
        export.person,
    )
    run([export], exporter)
    assert {said["id"] for said in export.there().values()} == ids
    assert export.changed == {"updated": 3}


def test_what_the_learner_threw_away_is_made_anew_on_their_word(abroad: Abroad, exporter: Hire):
    _, calendar = exports = [abroad.learner(provider) for provider in SERVICES]
    run(exports, exporter)
    abroad.notion.trash_database()
    abroad.google.delete_calendar(abroad.google.made(calendar.account)[0].id)
    for export in exports:
        export.start()
    abroad.forget()
    assert exporter().wait() == 0
    assert abroad.writes() == []
    said = [(export.row["error"]["code"], export.row["needs"]) for export in exports]
    assert said == [("database_trashed", "word"), ("calendar_deleted", "word")]
    for export in exports:
        export.ask("confirm")
    until_all_is_over(abroad, exporter)
    for export in exports:
        export.expect_all()


def test_the_learner_chooses_where_it_goes(abroad: Abroad, exporter: Hire):
    on_a_page, in_the_workspace = exports = [abroad.learner("notion") for _ in range(2)]
    page = abroad.notion.share_page("Studies", on_a_page.account)
    on_a_page.start(options={"parent": {"type": "page_id", "page_id": page.id}})
    in_the_workspace.start(options={"parent": {"type": "workspace"}})
    assert exporter().wait() == 0
    for export in exports:
        export.expect_all()
    bases = {base.workspace: base for base in abroad.notion.world.every(Database)}
    assert bases[on_a_page.account.id].above == page.id
    assert bases[in_the_workspace.account.id].above is None


# Killed


def test_a_worker_killed_in_the_middle_of_any_request_doubles_nothing_and_loses_nothing(
    abroad: Abroad, exporter: Hire
):
    firsts = {provider: abroad.learner(provider, tasks=2) for provider in SERVICES}
    run([*firsts.values()], exporter)
    exports, waiting = [], []
    for provider, behaviour in HELD:
        for nth in range(1, firsts[provider].requests() + 1):
            exports.append(export := abroad.learner(provider, tasks=2))
            waiting.append(export.meets(behaviour, nth))
            export.start()
    kill_once_all_wait(abroad, exporter, waiting)
    until_all_is_over(abroad, exporter)
    for export in exports:
        export.expect_all()


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("provider", SERVICES)
def test_a_worker_killed_in_the_middle_of_any_call_doubles_nothing_and_loses_nothing(
    abroad: Abroad, proxy: PostgrestProxy, exporter: Hire, provider: str, moment: Moment
):
    first = abroad.learner(provider, tasks=2)
    first.start()
    is_mine = is_about(first)
    assert exporter().wait() == 0
    made = Counter(function for function, body in proxy.calls if is_mine(body))
    assert made.keys() >= {"load_export", "load_tokens", "record_export"}
    exports, rules = [], []
    for function, times in made.items():
        for nth in range(1, times + 1):
            exports.append(export := abroad.learner(provider, tasks=2))
            export.start()
            rules.append(rule := proxy.hold(function, moment, nth))
            rule.matching = is_about(export)
    kill_once_all_wait(abroad, exporter, [rule.arrived for rule in rules])
    for rule in rules:
        rule.release()
    proxy.forget_rules()
    until_all_is_over(abroad, exporter)
    for export in exports:
        export.expect_all()


def test_a_worker_that_was_overtaken_changes_nothing_more(
    abroad: Abroad, proxy: PostgrestProxy, exporter: Hire
):
    exports = [abroad.learner(provider) for provider in SERVICES]
    rules = []
    for export in exports:
        export.start()
        rules.append(rule := proxy.hold("record_export", "before", nth=3))
        rule.matching = is_about(export)
    slow = exporter()
    for rule in rules:
        rule.wait()
    abroad.later()
    until_all_is_over(abroad, exporter)
    abroad.forget()
    for rule in rules:
        rule.release(passes_on=True)
    assert slow.wait() == 0
    assert abroad.writes() == []
    for export in exports:
        export.expect_all()


# Trouble


def test_a_service_in_trouble_costs_time_and_nothing_else(abroad: Abroad, exporter: Hire):
    exports = [abroad.learner(provider) for provider in SERVICES for _ in TROUBLE]
    met = []
    for export, behaviour in zip(exports, TROUBLE * len(SERVICES), strict=True):
        met += [export.meets(behaviour, nth) for nth in (1, 2)]  # the first and the third
        export.start()
    until_all_is_over(abroad, exporter)
    assert all(came.is_set() for came in met)
    for export in exports:
        export.expect_all()


def test_a_service_that_is_away_is_said_and_asked_again(abroad: Abroad, exporter: Hire):
    exports = [abroad.learner(provider) for provider in SERVICES]
    is_away = True
    for export in exports:
        export.service.next("error", times=1000, matching=lambda _: is_away)
        export.start()
    for _ in range(2):  # at first it is not known whether something was made
        assert exporter().wait() == 0
        abroad.later()
    for export in exports:
        row = export.row
        assert (row["status"], export.there()) == ("running", {})
        assert row["error"]["message"]
        assert row["error"]["remedy"]
    is_away = False
    until_all_is_over(abroad, exporter)
    for export in exports:
        export.expect_all()


def longest_rest(export: Export) -> float:
    """Seconds between two requests for somebody."""
    asked = export.abroad.notion.requests
    times = [one.at for one in asked if one.account == export.account.id]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


def test_one_learners_limit_does_not_slow_the_others(abroad: Abroad, exporter: Hire):
    limited, free = abroad.learner("notion"), abroad.learner("notion")
    abroad.notion.next(
        "busy", times=2, matching=lambda one: one.account == limited.account.id, detail=2
    )
    run([limited, free], exporter)
    assert free.row["finished_at"] < limited.row["finished_at"]
    assert longest_rest(free) < longest_rest(limited), "nobody waits for another"


def test_who_must_wait_long_gives_the_slot_to_the_next(abroad: Abroad, exporter: Hire):
    limited, free = abroad.learner("notion"), abroad.learner("notion")
    abroad.notion.next(
        "busy", times=100, matching=lambda one: one.account == limited.account.id, detail=600
    )
    for export in (limited, free):
        export.start()
    assert exporter("--drain", "--concurrency", "1").wait() == 0
    free.expect_all()
    assert limited.row["status"] == "running"
    [waits] = abroad.site.sql(
        "select extract(epoch from vt - now()) as seconds from pgmq.q_export_notion"
    )
    assert 500 < waits["seconds"] <= 600
    abroad.notion.calm()
    until_all_is_over(abroad, exporter)
    limited.expect_all()


def test_what_no_longer_lets_us_in_says_reconnect_and_goes_on_once_it_does(
    abroad: Abroad, exporter: Hire
):
    exports = [abroad.learner(provider) for provider in SERVICES]
    others = [abroad.learner(provider) for provider in SERVICES]
    for export in exports:
        export.service.revoke(export.account)
    for export in [*exports, *others]:
        export.start()
    assert exporter().wait() == 0
    for export in others:
        export.expect_all()
    for export in exports:
        row = export.row
        assert (row["status"], row["needs"]) == ("stopped", "reconnect")
        assert row["error"]["code"] == "reconnect"
        assert abroad.status_of(export.connection) == "reconnect"
    asked = [len(export.service.authority.asked) for export in exports]
    assert exporter().wait() == 0
    assert asked == [len(export.service.authority.asked) for export in exports], "no more tries"
    for export in exports:
        abroad.connect(export.provider, export.person, export.account)
    until_all_is_over(abroad, exporter)
    for export in exports:
        export.expect_all()


def test_a_token_that_ran_out_is_renewed_once(abroad: Abroad, exporter: Hire):
    exports = [abroad.learner(provider) for provider in SERVICES]
    for export in exports:
        authority = export.service.authority
        for permission in authority.permissions:
            for access in permission.access:
                authority.expire(access)
    run(exports, exporter)
    assert [export.service.authority.refreshes for export in exports] == [1, 1]


# Cancelled, taken away


def test_an_export_cancelled_in_the_middle_goes_on_from_there(
    abroad: Abroad, proxy: PostgrestProxy, exporter: Hire
):
    exports = [abroad.learner(provider) for provider in SERVICES]
    rules = []
    for export in exports:
        export.start()
        rules.append(rule := proxy.hold("record_export", "before", nth=3))
        rule.matching = is_about(export)
    worker = exporter()
    for export, rule in zip(exports, rules, strict=True):
        rule.wait()
        export.ask("cancel")
        rule.release(passes_on=True)
    assert worker.wait() == 0
    assert [export.row["status"] for export in exports] == ["cancelled"] * 2
    abroad.later()
    for export in exports:
        export.start()
    until_all_is_over(abroad, exporter)
    for export in exports:
        export.expect_all()


def test_removing_leaves_the_outside_clean(abroad: Abroad, exporter: Hire):
    exports = [abroad.learner(provider) for provider in SERVICES]
    others = [abroad.learner(provider) for provider in SERVICES]
    run([*exports, *others], exporter)
    for export in exports:
        export.ask("remove")
    until_all_is_over(abroad, exporter)
    for export in exports:
        assert (export.row["status"], export.row["stays"], export.items) == ("removed", [], {})
        export.expect_nothing()
    for export in others:
        export.expect_all()
    run(exports, exporter)


def test_what_is_the_learners_own_stays_and_is_said(abroad: Abroad, exporter: Hire):
    notes, calendar = exports = [abroad.learner(provider) for provider in SERVICES]
    run(exports, exporter)
    mine = abroad.notion.add_page("My own notes")
    [made] = abroad.google.made(calendar.account)
    abroad.google.add_event(made.id, "Dinner", SOON)
    abroad.later()  # until lists show them
    for export in exports:
        export.ask("remove")
    until_all_is_over(abroad, exporter)
    for export in exports:
        assert (export.row["status"], export.there()) == ("removed", {})
        assert len(export.row["stays"]) == 1, export.row
    assert abroad.notion.world.lives(mine)
    assert [said["summary"] for said in abroad.google.theirs(made.id).values()] == ["Dinner"]
    run(exports, exporter)
    assert abroad.google.made(calendar.account) == [made]
    assert notes.there()


def test_a_worker_killed_while_it_takes_things_away_leaves_nothing(abroad: Abroad, exporter: Hire):
    firsts = {provider: abroad.learner(provider, tasks=2) for provider in SERVICES}
    run([*firsts.values()], exporter)
    abroad.forget()
    for export in firsts.values():
        export.ask("remove")
    assert exporter().wait() == 0
    places = [
        (abroad.learner(provider, tasks=2), behaviour, nth)
        for provider, behaviour in HELD
        for nth in range(1, firsts[provider].requests() + 1)
    ]
    assert len(places) > len(HELD)
    exports = [export for export, _, _ in places]
    run(exports, exporter)
    for export in exports:
        export.ask("remove")
    kill_once_all_wait(abroad, exporter, [export.meets(*where) for export, *where in places])
    until_all_is_over(abroad, exporter)
    for export in exports:
        assert export.row["status"] == "removed"
        export.expect_nothing()


def test_a_deleted_plan_goes_from_there_as_well(abroad: Abroad, exporter: Hire):
    exports = [abroad.learner(provider) for provider in SERVICES]
    run(exports, exporter)
    for export in exports:
        abroad.site.sql("delete from public.learning_plans where id = %s", export.plan_id)
    until_all_is_over(abroad, exporter)
    for export in exports:
        export.expect_nothing()
    assert abroad.site.sql("select id from public.exports") == []


def test_disconnecting_revokes_and_leaves_what_is_there(abroad: Abroad, exporter: Hire):
    exports = [abroad.learner(provider) for provider in SERVICES]
    run(exports, exporter)
    for export in exports:
        abroad.site.call("disconnect", export.person, provider=export.provider)
    assert exporter().wait() == 0
    assert abroad.site.sql("select id from public.connections") == []
    for export in exports:
        assert not export.is_permitted()
        export.expect_ledger()


def test_an_account_is_deleted_after_what_it_left_elsewhere(abroad: Abroad, exporter: Hire):
    notes = abroad.learner("notion")
    calendar = abroad.learner("google", person=notes.person)
    stranger = abroad.learner("notion")
    run([notes, calendar, stranger], exporter)
    abroad.site.call("delete_account", notes.person)
    for _ in range(6):
        if not abroad.site.sql("select id from public.users where id = %s", notes.person):
            break
        assert exporter().wait() == 0
        abroad.later()
    else:
        raise AssertionError("they are still there")
    for export in (notes, calendar):
        export.expect_nothing()
        assert not export.is_permitted()
    stranger.expect_all()
    assert stranger.is_permitted()


# Free and busy


def test_what_is_taken_in_the_learners_calendar_is_left_free(
    site: Site, abroad: Abroad, hire: Callable[..., Worker]
):
    asked = site.ask()
    google = abroad.google
    abroad.connect("google", asked.person, google.authority.visitor)
    assert hire("--drain", **abroad.settings).wait() == 0
    sessions = "select starts_at, ends_at from public.sessions where user_id = %s order by 1"
    first, *_ = site.sql(sessions, asked.person)
    google.busy(first["starts_at"], first["ends_at"])
    site.sql("update private.connection_tokens set busy_read_at = now() - interval '7 hours'")
    site.sql("select worker.run_schedule('busy-times')")
    assert hire("--drain", **abroad.settings).wait() == 0
    overlapping = [
        row
        for row in site.sql(sessions, asked.person)
        if row["starts_at"] < first["ends_at"] and first["starts_at"] < row["ends_at"]
    ]
    assert overlapping == []
    [schedule] = site.sql(
        "select status, unplaced from public.plan_schedules where user_id = %s", asked.person
    )
    assert (schedule["status"], schedule["unplaced"]) == ("ready", [])
