"""The edge does what its openapi.json says, whatever is sent to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.edge.letters import writing
from tests.edge.serving import Edge
from tests.edge.visitors import connecting
from tests.fakes.sign_in import SignIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

_SEED = "20261121"


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    """An edge on which everything is set up."""
    with SignIn() as outside, Edge({**writing(world), **connecting(world, outside)}) as edge:
        yield edge


@pytest.fixture(scope="module")
def http(edge: Edge) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=60, trust_env=False) as http:
        yield http


def test_it_describes_all_there_is_and_points_nowhere_else(http: httpx.Client):
    described = http.get("/openapi.json").json()
    assert set(described["paths"]) == {
        *("/health", "/ready", "/feasibility"),
        *("/plans/{plan_id}/export", "/feeds/{token}.ics"),
        *("/connections/{provider}/start", "/connections/{provider}/callback"),
        *("/connections/{provider}/finish", "/connections/notion/places"),
        *("/letters/act/{token}", "/letters/unsubscribe/{token}", "/webhooks/resend"),
    }
    for path, operations in described["paths"].items():
        for operation in operations.values():
            refusals = {status: r for status, r in operation["responses"].items() if status >= "4"}
            for status, refusal in refusals.items():
                # Behind a link of a letter sits a person, who is told so on a page.
                if path.startswith("/letters/") and status not in ("413", "422", "500", "504"):
                    assert set(refusal["content"]) == {"text/html"}
                    continue
                schema = refusal["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorBody"}
    assert "cdn" not in json.dumps(described)


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "a stranger"])
def test_nothing_that_is_sent_breaks_it(edge: Edge, world: World, tmp_path: Path, signed_in: bool):
    """Schemathesis asks; it is a process of its own, for it brings warnings of its own."""
    token = world.person().headers["Authorization"]
    sent = ["--header", f"Authorization: {token}"] if signed_in else []
    asked = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("schemathesis")), "run"),
            *(f"{edge.url}/openapi.json", "--url", edge.url, "--seed", _SEED, "--no-color"),
            *("--max-examples", "10", "--checks", "all", "--workers", "1"),
            *("--exclude-checks", "unsupported_method,positive_data_acceptance"),
            *("--generation-database", "none", "--suppress-health-check", "all"),
            *sent,
        ],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout[-6000:] + asked.stderr[-2000:]
