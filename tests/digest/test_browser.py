"""Each letter in a real browser: phone and desktop, light and dark, nothing loaded.

`PICTURES=docs/mail pytest tests/digest/test_browser.py` keeps a picture of each example.
"""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import pytest

from learnbase import digest
from tests.digest.letters import EVERY_LETTER, written
from tests.docs import node

READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3: the contrast of text
TOUCHABLE = 44  # points, as the platforms' guidelines have it
BROWSERS = Path(os.environ.get("LEARNBASE_BROWSERS") or node.PROJECT / ".learnbase" / "browsers")
VIEWS = [(device, colours) for device in ("phone", "desktop") for colours in ("light", "dark")]

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the package with Chromium is made for x86-64"
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    letters = {
        name: written(kind, context).html
        for name, (kind, context) in EVERY_LETTER.items()
        if name in digest.KINDS or "PICTURES" not in os.environ
    }
    file = tmp_path_factory.mktemp("letters") / "letters.json"
    file.write_text(json.dumps(letters))
    env = {"BROWSERS": str(BROWSERS), "LETTERS": str(file)}
    if "PICTURES" in os.environ:
        env["PICTURES"] = str(Path(os.environ["PICTURES"]).absolute())
    script = node.PROJECT / "tests" / "digest" / "browser.mjs"
    printed = node.run(f'import "{script}"', env, seconds=180)
    views: list[dict[str, Any]] = json.loads(printed.splitlines()[-1])
    assert len(views) == len(VIEWS) * len(letters)
    return views


def test_no_letter_is_wider_than_the_screen(seen: list[dict[str, Any]]):
    assert [(view["name"], view["device"]) for view in seen if view["overflow"] > 0] == []


def test_every_word_can_be_read_in_light_and_in_dark(seen: list[dict[str, Any]]):
    faint = [
        (view["name"], view["colours"], view["faintest"])
        for view in seen
        if view["faintest"]["ratio"] < READABLE
    ]
    assert faint == []


def test_dark_is_dark_and_light_is_light(seen: list[dict[str, Any]]):
    assert {view["colours"]: view["ground"] for view in seen} == {
        "light": "rgb(243, 244, 239)",
        "dark": "rgb(16, 20, 19)",
    }


def test_nothing_is_asked_of_anybody(seen: list[dict[str, Any]]):
    assert [view["asked"] for view in seen if view["asked"]] == []


def test_the_preheader_is_for_the_inbox_alone(seen: list[dict[str, Any]]):
    assert not [view["name"] for view in seen if view["preheaderShows"]]


def test_buttons_can_be_met_with_a_thumb(seen: list[dict[str, Any]]):
    for view in seen:
        assert view["buttons"], view["name"]
        assert min(view["buttons"]) >= TOUCHABLE
