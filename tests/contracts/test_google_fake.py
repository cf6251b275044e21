"""The fake Google does what it is told to, and what Google is documented to do."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from learnbase.services import batch
from learnbase.services.batch import Call
from tests.contracts.contract import HERE
from tests.fakes.google import FAULTS, PART_FAULTS, Google
from tests.fakes.google_contract import AUTH, NAME
from tests.fakes.oauth import Account, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
REFUSED = "busy", "user_busy", "too_many", "quota", "error", "unauthorized"


@pytest.fixture
def google() -> Iterator[Google]:
    with Google(clock=Clock(NOON.timestamp())) as server:
        yield server


@pytest.fixture
def us(google: Google) -> Iterator[httpx.Client]:
    access, _ = google.permit()
    headers = {"Authorization": f"Bearer {access}"}
    with httpx.Client(base_url=google.url, headers=headers, timeout=2) as client:
        yield client


def test_a_person_signs_in_and_we_learn_who_they_are(google: Google):
    answer = signed_in(google)
    assert answer["refresh_token"].startswith("1//")
    assert set(answer["scope"].split()) >= {"openid", f"{AUTH}userinfo.email"}
    claims = answer["id_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["email"] == "ada@example.com"
    told = httpx.get(f"{google.url}/oauth2/v3/userinfo", headers=bearer(answer))
    assert told.json()["email"] == "ada@example.com"


def test_without_consent_the_refresh_token_comes_once(google: Google):
    assert "refresh_token" in signed_in(google, prompt="none")
    assert "refresh_token" not in signed_in(google, prompt="none")
    assert "refresh_token" in signed_in(google, prompt="consent")
    assert "refresh_token" not in signed_in(google, access_type="online")


def test_a_person_may_grant_less_than_is_asked_for(google: Google):
    google.authority.visitor.grants = frozenset({"openid", f"{AUTH}calendar.app.created"})
    answer = signed_in(google)
    body = {"timeMin": told(NOON), "timeMax": told(NOON), "items": [{"id": "primary"}]}
    with httpx.Client(base_url=google.url, headers=bearer(answer)) as us:
        assert reason(us.post("/calendar/v3/freeBusy", json=body)) == (
            403,
            "insufficientPermissions",
        )
        assert made(us)


def test_a_refresh_keeps_its_token_until_the_person_takes_it_back(google: Google):
    _, refresh = google.permit()
    form = {"grant_type": "refresh_token", "refresh_token": refresh, **client(google)}
    for _ in range(2):
        answer = httpx.post(f"{google.url}/token", data=form)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
    assert httpx.post(f"{google.url}/revoke", data={"token": refresh}).status_code == 200
    assert httpx.post(f"{google.url}/token", data=form).json()["error"] == "invalid_grant"


def test_what_we_did_not_make_is_not_there(google: Google, us: httpx.Client):
    made(us)
    assert us.get("/calendar/v3/calendars/primary").status_code == 404
    assert us.get("/calendar/v3/calendars/primary/events").status_code == 404
    assert reason(us.get("/calendar/v3/users/me/calendarList"))[0] == 403
    stranger = google.permit(google.authority.add(Account("b", "Bob", "bob@example.com")))[0]
    [calendar] = google.made()
    headers = {"Authorization": f"Bearer {stranger}"}
    assert us.get(f"/calendar/v3/calendars/{calendar.id}", headers=headers).status_code == 404


def test_an_event_is_made_once_and_lives_on_when_it_is_deleted(google: Google, us: httpx.Client):
    events = f"/calendar/v3/calendars/{made(us)}/events"
    assert us.post(events, json=event(1)).status_code == 200
    assert reason(us.post(events, json=event(1))) == (409, "duplicate")
    assert us.delete(f"{events}/lb00001").status_code == 204
    assert reason(us.delete(f"{events}/lb00001")) == (410, "deleted")
    assert us.get(f"{events}/lb00001").json()["status"] == "cancelled"
    assert reason(us.post(events, json=event(1))) == (409, "duplicate")
    assert us.get(events).json()["items"] == []
    assert len(us.get(events, params={"showDeleted": "true"}).json()["items"]) == 1
    assert us.put(f"{events}/lb00001", json=event(1)).json()["status"] == "confirmed"
    assert google.doubled() == set()
    assert list(google.events()) == ["1"]


def test_a_patch_keeps_what_it_does_not_name_and_minds_the_etag(google: Google, us: httpx.Client):
    events = f"/calendar/v3/calendars/{made(us)}/events"
    etag = us.post(events, json=event(1)).json()["etag"]
    google.edit_event("1", location="At home")
    late = us.patch(f"{events}/lb00001", json={"summary": "B"}, headers={"If-Match": etag})
    assert reason(late) == (412, "conditionNotMet")
    now = us.patch(f"{events}/lb00001", json={"summary": "B", "description": None}).json()
    assert (now["summary"], now["location"], now.get("description")) == ("B", "At home", None)
    again = us.patch(f"{events}/lb00001", json={"summary": "B"}).json()
    assert again["etag"] == now["etag"]
    assert us.get(f"{events}/lb00001", headers={"If-None-Match": now["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "change",
    [
        {"id": "with-dashes"},
        {"id": "wxyz"},
        {"end": None},
        {"end": {"dateTime": "2026-11-01T10:00:00Z"}},
        {"start": {"dateTime": "2026-12-01T10:00:00"}},
        {"start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Mars/Base"}},
        {"description": "x" * 8193},
        {"colorId": "12"},
        {"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}},
        {"reminders": {"overrides": [{"method": "popup", "minutes": 40_321}]}},
        {"source": {"title": "A", "url": "ftp://example.com"}},
        {"extendedProperties": {"private": {"a": "x" * 1025}}},
    ],
)
def test_an_event_that_the_service_does_not_take_is_refused(us: httpx.Client, change: Json):
    answer = us.post(f"/calendar/v3/calendars/{made(us)}/events", json=event(1) | change)
    assert answer.status_code == 400


def test_a_list_comes_in_pages_and_then_only_what_changed(google: Google, us: httpx.Client):
    events = f"/calendar/v3/calendars/{made(us)}/events"
    for number in range(5):
        us.post(events, json=event(number))
    query = {"maxResults": "2", "fields": "nextPageToken,nextSyncToken,items(id,start/timeZone)"}
    first = us.get(events, params=query).json()
    assert first["items"][0] == {"id": "lb00000", "start": {"timeZone": "UTC"}}
    second = us.get(events, params=query | {"pageToken": first["nextPageToken"]}).json()
    third = us.get(events, params=query | {"pageToken": second["nextPageToken"]}).json()
    assert len(third["items"]) == 1
    google.delete_event("3")
    since = {"syncToken": third["nextSyncToken"]}
    assert [it["id"] for it in us.get(events, params=since).json()["items"]] == ["lb00003"]
    one = us.get(events, params={"privateExtendedProperty": "learnbase_session=2"})
    assert [it["id"] for it in one.json()["items"]] == ["lb00002"]
    google.calendars.sync_lives = 60
    google.clock.advance(61)
    assert reason(us.get(events, params=since)) == (410, "fullSyncRequired")


def test_times_when_the_learner_is_taken(google: Google, us: httpx.Client):
    google.busy(NOON, NOON + dt.timedelta(hours=2))
    google.busy(NOON + dt.timedelta(hours=1), NOON + dt.timedelta(hours=3))

    def asked(days: int) -> httpx.Response:
        edges = {"timeMin": told(NOON), "timeMax": told(NOON + dt.timedelta(days=days))}
        return us.post("/calendar/v3/freeBusy", json={**edges, "items": [{"id": "primary"}]})

    busy = asked(60).json()["calendars"]["primary"]["busy"]
    assert busy == [{"start": "2026-12-01T12:00:00Z", "end": "2026-12-01T15:00:00Z"}]
    assert reason(asked(100)) == (400, "timeRangeTooLong")
    assert reason(asked(0)) == (400, "timeRangeEmpty")


def test_a_quota_counts_each_part_and_fills_again(google: Google, us: httpx.Client):
    calendar = made(us)
    google.quota = (2, 10)
    replies = together(us, calendar, 12)
    assert [reply.status for reply in replies if reply] == [200] * 10 + [403] * 2
    assert google.over_quota == 2
    google.clock.advance(1)
    assert us.get(f"/calendar/v3/calendars/{calendar}").status_code == 200
    google.clock.advance(1)
    google.says = "too_many"
    assert us.get(f"/calendar/v3/calendars/{calendar}").status_code == 200
    assert google.http_requests == 4
    assert (google.parts, google.writes, google.reads) == (12, 13, 2)


def test_a_batch_that_is_unkind_or_none_is_refused(google: Google, us: httpx.Client):
    calendar = made(us)
    with pytest.raises(batch.Unreadable):
        together(us, calendar, 51)
    answer = us.post("/batch/calendar/v3", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400
    assert len(google.violations) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_each_mood_is_seen_once_and_then_it_is_over(google: Google, us: httpx.Client, fault: str):
    calendar = made(us)
    behaviour, detail = FAULTS[fault]
    google.at(2, behaviour, detail)
    path = f"/calendar/v3/calendars/{calendar}/events"
    assert us.post(path, json=event(1)).status_code == 200
    google.go_on() if behaviour == "hang" else None
    try:
        answer = us.post(path, json=event(2))
    except httpx.HTTPError:
        assert behaviour in {"drop", "hang", "commit_then_drop", "commit_then_cut"}
    else:
        is_odd = behaviour in {"garbage", "huge"}
        assert is_odd or answer.status_code >= 400
        assert behaviour != "huge" or len(answer.content) > 20_000_000
    was_done = behaviour.startswith("commit_then_")
    assert len(google.events()) == 1 + was_done
    assert google.log[-1].behaviour == behaviour
    assert us.post(path, json=event(2)).status_code == (409 if was_done else 200)


@pytest.mark.parametrize("fault", PART_FAULTS)
def test_each_mood_of_a_part_spares_the_others(google: Google, us: httpx.Client, fault: str):
    calendar = made(us)
    behaviour, detail = PART_FAULTS[fault]
    google.part(2, behaviour, detail)
    google.disorder = True
    first, second, third = together(us, calendar, 3)
    assert first
    assert third
    assert first.status == third.status == 200
    assert second is None or second.status >= 400
    was_done = behaviour.startswith("commit_then_")
    assert len(google.events()) == 2 + was_done
    [*_, again] = together(us, calendar, 2)
    assert again
    assert again.status == (409 if was_done else 200)


def test_a_mood_can_wait_for_its_request(google: Google, us: httpx.Client):
    google.next("error", 500, times=2, matching=lambda call: call.method == "GET")
    google.next("garbage", matching=lambda call: call.path == "/token")
    calendar = made(us)
    told = [us.get(f"/calendar/v3/calendars/{calendar}").status_code for _ in range(3)]
    assert told == [500, 500, 200]
    assert httpx.post(f"{google.url}/token", data={}).text.startswith("<!DOCTYPE")


def test_what_the_learner_does_outside(google: Google, us: httpx.Client):
    calendar = made(us)
    together(us, calendar, 3)
    google.copy_event("1")
    mine = google.add_event(calendar, "Mine", NOON)
    assert len(google.theirs(calendar)) == 2
    assert google.doubled() == set()
    google.delete_event(mine)
    google.delete_event("1")
    assert set(google.events(calendar)) == {"0", "2"}
    google.restore_event("1")
    google.delete_event("0")
    google.forget_deleted()
    path = f"/calendar/v3/calendars/{calendar}"
    assert us.get(f"{path}/events/lb00000").status_code == 404
    assert set(google.events(calendar)) == {"1", "2"}
    google.edit_calendar(calendar, summary="Renamed")
    assert us.get(path).json()["summary"] == "Renamed"
    google.delete_calendar(calendar)
    assert us.get(path).status_code == 404
    assert google.made() == []
    google.revoke()
    assert reason(us.get(path)) == (401, "authError")
    assert sum(google.by_token.values()) == len(google.calls)


@pytest.mark.skipif(not (HERE / NAME).exists(), reason="the contracts are not beside the project")
@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"sumary": "A"}, "$: sumary is unknown"),
        ({"reminders": {"useDefault": "no"}}, "$.reminders.useDefault: 'no' is no boolean"),
        ({"start": {"dateTime": "tomorrow"}}, "is no date-time"),
        ({"end": None}, "$: end is missing"),
    ],
)
def test_a_request_that_breaks_the_contract_is_found(
    google: Google, us: httpx.Client, change: Json, wrong: str
):
    events = f"/calendar/v3/calendars/{made(us)}/events"
    assert us.post(events, json=event(1)).status_code == 200
    assert google.violations == []
    assert us.post(events, json=event(2) | change).status_code == 400
    assert wrong in "\n".join(google.violations)
    assert us.get(events, params={"showDelted": "true"}).status_code == 400


def signed_in(google: Google, **change: str) -> Json:
    verifier = "v" * 43
    digest = hashlib.sha256(verifier.encode()).digest()
    scopes = f"openid email {AUTH}calendar.app.created {AUTH}calendar.events.freebusy"
    query = {
        "client_id": google.authority.client_id,
        "redirect_uri": "https://learn.example/back",
        "response_type": "code",
        "scope": scopes,
        "state": "s",
        "access_type": "offline",
        "prompt": "consent",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    page = httpx.get(f"{google.url}/o/oauth2/v2/auth", params=query | change)
    back = parse_qs(urlsplit(page.headers["Location"]).query)
    assert back["state"] == ["s"]
    form = {
        "grant_type": "authorization_code",
        "code": back["code"][0],
        "redirect_uri": query["redirect_uri"],
        "code_verifier": verifier,
        **client(google),
    }
    answer: Json = httpx.post(f"{google.url}/token", data=form).json()
    return answer


def client(google: Google) -> dict[str, str]:
    told = google.authority
    return {"client_id": told.client_id, "client_secret": told.client_secret}


def bearer(answer: Json) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer['access_token']}"}


def made(us: httpx.Client) -> str:
    body = {"summary": "Learnbase: chess", "timeZone": "Europe/Berlin"}
    return str(us.post("/calendar/v3/calendars", json=body).json()["id"])


def event(number: int) -> Json:
    return {
        "id": f"lb{number:05}",
        "summary": "A",
        "description": "What it is about",
        "start": {"dateTime": told(NOON), "timeZone": "UTC"},
        "end": {"dateTime": told(NOON + dt.timedelta(hours=1)), "timeZone": "UTC"},
        "extendedProperties": {"private": {"learnbase_session": str(number)}},
    }


def together(us: httpx.Client, calendar: str, count: int) -> list[batch.Reply | None]:
    calls = [Call("POST", f"/calendars/{calendar}/events", event(n)) for n in range(count)]
    kind, content = batch.encode(calls, "/calendar/v3")
    answer = us.post("/batch/calendar/v3", content=content, headers={"Content-Type": kind})
    return batch.decode(answer.headers["Content-Type"], answer.content, count)


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]


def told(instant: dt.datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
