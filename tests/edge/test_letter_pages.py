"""The pages behind links of letters in a real browser, behind a proxy as in production.

`PICTURES=docs/mail pytest tests/edge/test_letter_pages.py` keeps a picture of them.
"""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs import node
from tests.edge.letters import tick, unsubscribe, writing
from tests.edge.serving import Edge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3: the contrast of text
TOUCHABLE = 44  # points, as the platforms' guidelines have it
BROWSERS = Path(os.environ.get("LEARNBASE_BROWSERS") or node.PROJECT / ".learnbase" / "browsers")
VIEWS = 4
TITLE = "Write <b>a function</b> that calls " + "itself" * 20
if "PICTURES" in os.environ:
    TITLE = "Write a function that calls itself"
HEADINGS = {
    "a task": "Done with this?",
    "done": "Done",
    "stop": "Stop these letters?",
    "stopped": "You will get no more of these letters",
    "broken": "This link does not work",
    "ended": "This link has ended",
}

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the package with Chromium is made for x86-64"
)
Views = list[dict[str, Any]]


@pytest.fixture(scope="module")
def origin(world: World) -> Iterator[str]:
    """The edge's public address, which is not where it listens."""
    with Edge(writing(world)) as edge:
        behind = world.stack.home.edge_file
        behind.write_text(f"{edge.url}\n")
        try:
            yield f"{world.url}/functions/v1"
        finally:
            behind.unlink()


@pytest.fixture(scope="module")
def seen(world: World, origin: str) -> Views:
    ada = world.person()
    plan = ada.plan(topic="Swift, and how to think in it")
    looked, ticked = (ada.task(ada.module(plan, n), title=TITLE) for n in (1, 2))
    links = {
        "a task": tick(ada.id, looked["id"]),
        "done": tick(ada.id, ticked["id"]),
        "stop": unsubscribe(ada.id, "weekly_summary"),
        "stopped": unsubscribe(ada.id, "plan_ready"),
        "broken": "/letters/act/v1.k.x.y",
        "ended": tick(ada.id, looked["id"], days=-1),
    }
    pressed = ("done", "stopped")
    asked = [
        {"name": name, "url": origin + path, "press": name in pressed}
        for name, path in links.items()
    ]
    env = {"BROWSERS": str(BROWSERS), "LINKS": json.dumps(asked)}
    if "PICTURES" in os.environ:
        env["PICTURES"] = str(Path(os.environ["PICTURES"]).absolute())
    script = node.PROJECT / "tests" / "edge" / "pages.mjs"
    printed = node.run(f'import "{script}"', env, seconds=180)
    views: Views = json.loads(printed.splitlines()[-1])
    assert len(views) == VIEWS * len(links)
    statuses = {row["task_id"]: row["status"] for row in ada.rows("task_progress")}
    assert statuses == {ticked["id"]: "completed"}
    [preference] = ada.rows("notification_preferences")
    assert (preference["kind"], preference["enabled"]) == ("plan_ready", False)
    return views


def test_each_says_what_it_is(seen: Views):
    assert {view["name"]: view["heading"] for view in seen} == HEADINGS
    for view in seen:
        assert view["lang"] == "en"
        assert view["status"] == {"broken": 404, "ended": 410}.get(view["name"], 200)


def test_a_title_is_shown_letter_by_letter(seen: Views):
    told = [view["text"] for view in seen if view["name"] in ("a task", "done")]
    assert all(TITLE in text for text in told)


def test_no_page_is_wider_than_the_screen(seen: Views):
    assert [(view["name"], view["device"]) for view in seen if view["overflow"] > 0] == []


def test_every_word_can_be_read_in_light_and_in_dark(seen: Views):
    faint = [
        (view["name"], view["colours"], view["faintest"])
        for view in seen
        if view["faintest"]["ratio"] < READABLE
    ]
    assert faint == []
    assert {view["colours"]: view["ground"] for view in seen} == {
        "light": "rgb(243, 244, 239)",
        "dark": "rgb(16, 20, 19)",
    }


def test_buttons_can_be_met_with_a_thumb(seen: Views):
    for view in seen:
        assert len(view["buttons"]) == (view["name"] in ("a task", "stop", "stopped")), view["name"]
        assert all(height >= TOUCHABLE for height in view["buttons"])


def test_nothing_is_loaded_run_or_complained_of(seen: Views, origin: str):
    for view in seen:
        # What a browser asks for by itself, without a word of the page, is no part of it.
        asked = [one for one in view["asked"] if not one.endswith("/favicon.ico")]
        assert len({one.partition(" ")[2] for one in asked}) == 1
        assert asked[0].startswith(f"GET {origin}/letters/")
        refused = view["status"] != 200
        complaints = [one for one in view["complaints"] if not (refused and "status of 4" in one)]
        assert (complaints, view["scripts"]) == ([], 0)
