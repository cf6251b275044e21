"""The main job in a real browser, on the smallest page that uses all of it."""

from __future__ import annotations

import functools
import json
import os
import platform
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs import node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.world import World

PACKAGES = node.PROJECT / "node_modules"
BUNDLE = PACKAGES / "@supabase" / "supabase-js" / "dist" / "umd" / "supabase.js"
# The address that Auth takes for the frontend's: supabase/config.toml, and its default.
SITE = os.environ.get("SITE_URL") or "http://localhost:3000"


class Frontend(SimpleHTTPRequestHandler):
    """Serves the page, supabase-js's own bundle, and the address and key it needs."""

    def __init__(self, *request: Any, public_env: Mapping[str, str]) -> None:
        self.public_env = public_env
        super().__init__(*request, directory=str(node.PROJECT / "tests" / "docs" / "page"))

    def do_GET(self) -> None:
        if self.path == "/supabase.js":
            self.give("text/javascript", BUNDLE.read_bytes())
        elif self.path == "/env.json":
            self.give("application/json", json.dumps(self.public_env).encode())
        else:
            super().do_GET()

    def give(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """A test says nothing while it works."""


@pytest.fixture
def page_port(world: World) -> Iterator[int]:
    public = {"url": world.url, "key": world.publishable_key}
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Frontend, public_env=public)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the package with Chromium is made for x86-64"
)
def test_somebody_new_gets_a_plan_and_ticks_it_in_a_browser(
    world: World, project_env: Mapping[str, str], page_port: int
) -> None:
    browsers = world.stack.home.path / "browsers"
    script = node.PROJECT / "tests" / "docs" / "browser.mjs"
    browser_env = {"BROWSERS": str(browsers), "PAGE_PORT": str(page_port), "SITE": SITE}
    printed = node.run(f'import "{script}"', {**project_env, **browser_env}, seconds=120)
    seen = json.loads(printed.splitlines()[-1])

    assert seen["problems"] == []
    field, said = seen["refused"]
    assert (field, said) == ("topic", "Topic is missing. Send 1 to 200 characters")
    total = world.value(
        "select count(*) from tasks t join modules m on m.id = t.module_id"
        " join learning_plans p on p.id = m.plan_id join users u on u.id = p.user_id"
        " where u.email = %s",
        seen["email"],
    )
    assert seen["weeks"][0].startswith("Week 1: ")
    assert seen["before"].startswith(f"Swift for iOS Development: 0 of {total} tasks, week 1 of ")
    assert seen["after"].startswith(f"Swift for iOS Development: 2 of {total} tasks, week ")
    ticked = world.value(
        "select count(*) from task_progress tp join users u on u.id = tp.user_id"
        " where u.email = %s and tp.status = 'completed'",
        seen["email"],
    )
    assert ticked == 2
