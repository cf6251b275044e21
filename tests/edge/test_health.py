"""Alive and ready: two questions, and only one needs the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.edge.serving import Edge, environment, refused

if TYPE_CHECKING:
    from tests.world import World


def test_with_a_database_it_is_alive_and_ready(http: httpx.Client):
    assert http.get("/health").json() == {"status": "alive"}
    assert http.get("/ready").json() == {"status": "ready"}
    assert http.head("/health").status_code == 200


def test_without_one_it_is_only_alive(world: World):
    with Edge(environment(world, SUPABASE_URL="http://127.0.0.1:9")) as edge:
        assert httpx.get(f"{edge.url}/health").status_code == 200
        refused(httpx.get(f"{edge.url}/ready"), 503, "database_away")


def test_a_wrong_key_is_named_and_not_shown(world: World):
    key = "sb_secret_one_of_another_project"
    with Edge(environment(world, SUPABASE_SECRET_KEY=key)) as edge:
        answer = httpx.get(f"{edge.url}/ready")
        assert "SUPABASE_SECRET_KEY" in refused(answer, 503, "secret_key_refused")["message"]
        assert key not in answer.text
        assert key not in "".join(edge.lines)
