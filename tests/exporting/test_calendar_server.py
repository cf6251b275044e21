"""A real calendar server takes the calendar, finds what is in it, and moves what was moved."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import httpx
import icalendar
import pytest
from hypothesis import HealthCheck, given, settings

from learnbase.exporting import render, render_feed
from tests.exporting.plans import a_feed, a_plan, a_session, a_task, plans, recent, shown_sessions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALDAV = "{urn:ietf:params:xml:ns:caldav}"
QUERY = """<?xml version="1.0"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{start}" end="{end}"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Radicale with an empty folder; ready when it says so."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("radicale")
    arguments = {
        "--hosts": f"127.0.0.1:{port}",
        "--auth-type": "none",
        "--rights-type": "authenticated",
        "--storage-filesystem-folder": str(folder),
    }
    command = [sys.executable, "-m", "radicale", "--config", ""]
    command += [word for pair in arguments.items() for word in pair]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        said = []
        for line in running.stderr:
            said.append(line)
            if "server ready" in line:
                break
        else:
            pytest.fail("".join(said))
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}/learner/", auth=("learner", "")
            ) as client:
                yield client
        finally:
            running.terminate()
            running.communicate(timeout=20)


def put(server: httpx.Client, octets: bytes) -> None:
    answer = server.put("plan/", content=octets, headers={"Content-Type": "text/calendar"})
    assert answer.status_code == 201, answer.text


def kept(server: httpx.Client) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    answer = server.get("plan/")
    assert answer.status_code == 200, answer.text
    return times(icalendar.Calendar.from_ical(answer.content).events)


def found(server: httpx.Client, start: dt.datetime, end: dt.datetime) -> set[str]:
    shown = {"start": f"{start:%Y%m%dT%H%M%SZ}", "end": f"{end:%Y%m%dT%H%M%SZ}"}
    answer = server.request(
        "REPORT", "plan/", content=QUERY.format(**shown), headers={"Depth": "1"}
    )
    assert answer.status_code == 207, answer.text
    return {
        uid
        for each in ET.fromstring(answer.content).iter(f"{CALDAV}calendar-data")  # noqa: S314 (ours)
        for uid in times(icalendar.Calendar.from_ical(each.text or "").events)
    }


def times(events: list[Any]) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    return {
        str(event["UID"]): (event.DTSTART.astimezone(dt.UTC), event.DTEND.astimezone(dt.UTC))
        for event in events
    }


def meant(plan: dict[str, Any]) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    return {
        f"{session['id']}@learnbase": (
            dt.datetime.fromisoformat(session["starts_at"]).astimezone(dt.UTC),
            dt.datetime.fromisoformat(session["ends_at"]).astimezone(dt.UTC),
        )
        for _, session in shown_sessions(plan)
    }


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(plan=plans(when=recent).filter(shown_sessions))
def test_the_server_keeps_every_event_at_its_time(server: httpx.Client, plan: dict[str, Any]):
    put(server, render(plan, "ics"))
    assert kept(server) == meant(plan)
    for uid, (starts, ends) in meant(plan).items():
        assert uid in found(server, starts, ends)


def test_the_server_finds_the_sessions_of_an_evening_across_the_change_of_clocks(
    server: httpx.Client,
):
    # 18:00 in Berlin, before and after the clocks went back on 25 October 2026.
    summer, winter = "2026-10-24T16:00:00+00:00", "2026-10-25T17:00:00+00:00"
    plan = a_plan(a_task(sessions=[a_session(summer), a_session(winter)]))
    put(server, render_feed(a_feed(plan)))
    for text in (summer, winter):
        starts = dt.datetime.fromisoformat(text)
        quarter = dt.timedelta(minutes=45)
        assert found(server, starts - quarter, starts) == set()
        assert len(found(server, starts, starts + quarter)) == 1
        assert found(server, starts + quarter, starts + 2 * quarter) == set()


def test_events_move_and_do_not_double(server: httpx.Client):
    session = a_session("2026-11-24T17:00:00+00:00")
    stays = a_session("2026-11-26T17:00:00+00:00")
    moved = session | {
        "starts_at": "2026-12-01T18:00:00+00:00",
        "ends_at": "2026-12-01T18:45:00+00:00",
        "sequence": 1,
        "updated_at": "2026-11-21T07:00:00+00:00",
    }
    before = a_plan(a_task(sessions=[session, stays]))
    after = a_plan(a_task(sessions=[stays, moved]))
    put(server, render(before, "ics"))
    put(server, render(after, "ics"))
    assert kept(server) == meant(after)
    day = dt.timedelta(days=1)
    old, new = (dt.datetime.fromisoformat(each["starts_at"]) for each in (session, moved))
    assert found(server, old - day / 2, old + day / 2) == set()
    assert found(server, new - day / 2, new + day / 2) == {f"{session['id']}@learnbase"}
    # One event alone, put again under its own name by a subscriber, is still one event.
    one = render(a_plan(a_task(sessions=[moved])), "ics")
    names = [
        each.text
        for each in ET.fromstring(  # noqa: S314 (ours)
            server.request("PROPFIND", "plan/", headers={"Depth": "1"}).content
        ).iter("{DAV:}href")
        if each.text and session["id"] in each.text
    ]
    assert len(names) == 1
    answer = server.put(
        f"plan/{names[0].rsplit('/', 1)[1]}", content=one, headers={"Content-Type": "text/calendar"}
    )
    assert answer.status_code in {201, 204}
    assert kept(server) == meant(after)
