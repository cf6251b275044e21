"""Connecting at the services as they are: their own limits and refusals, and all that is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.edge.serving import Edge, environment, refused
from tests.edge.visitors import APP, EDGE, Visitor, came_back
from tests.fakes.google import SCOPES, Google
from tests.fakes.notion import CLIENT_ID, CLIENT_SECRET, Notion
from tests.services.linked import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World


@pytest.fixture(scope="module")
def notion() -> Iterator[Notion]:
    with Notion() as notion:
        yield notion


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with Google() as google:
        yield google


@pytest.fixture(scope="module")
def http(world: World, notion: Notion, google: Google) -> Iterator[httpx.Client]:
    settings = {
        "EDGE_URL": EDGE,
        "EDGE_ORIGINS": APP,
        "TOKEN_KEYS": KEYS["a"],
        "NOTION_CLIENT_ID": CLIENT_ID,
        "NOTION_CLIENT_SECRET": CLIENT_SECRET,
        "NOTION_BASE_URL": notion.url,
        "GOOGLE_CLIENT_ID": "google-client",
        "GOOGLE_CLIENT_SECRET": "google-secret",
        "GOOGLE_OAUTH_BASE_URL": google.url,
    }
    with (
        Edge(environment(world, **settings)) as edge,
        httpx.Client(base_url=edge.url, timeout=60, trust_env=False) as http,
    ):
        yield http


def test_google_connects_and_says_whose_calendar_it_is(
    http: httpx.Client, world: World, google: Google
):
    google.authority.redirects = {f"{EDGE}/connections/google/callback"}
    ada = Visitor(http, world.person())
    said = ada.connect("google")
    assert said["account_name"] == google.authority.visitor.email
    # Google asks for "email", and tells it by a longer name.
    assert {scope for scope in SCOPES if scope.startswith("https:")} <= set(said["scopes"])
    assert ada.connect("google") == said


def test_notion_connects_and_shows_the_pages_that_were_shared(
    http: httpx.Client, world: World, notion: Notion
):
    notion.authority.redirects = {f"{EDGE}/connections/notion/callback"}
    ada = Visitor(http, world.person())
    path = "/connections/notion/places"
    refused(http.get(path, headers=ada.headers), 404, "not_connected")
    assert notion.visitor.name in ada.connect()["account_name"]
    shared = notion.share_page("Studies")
    found = http.get(path, headers=ada.headers, params={"query": "studi"}).json()
    assert [(place["id"], place["title"]) for place in found] == [(shared.id, "Studies")]
    notion.revoke()
    refused(http.get(path, headers=ada.headers), 409, "reconnect")
    assert notion.violations == []


def test_an_address_that_is_not_registered_is_sent_nowhere(
    http: httpx.Client, world: World, google: Google
):
    google.authority.redirects = {"https://other.example/callback"}
    begun = Visitor(http, world.person()).begun("google")
    assert httpx.get(begun["authorize_url"]).status_code == 400
    google.authority.redirects = set()
    assert came_back(http, begun["authorize_url"])["proof"]
