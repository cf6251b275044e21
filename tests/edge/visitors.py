"""Somebody who connects an account: with a token here, with a browser there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.edge.serving import environment
from tests.services.linked import KEYS

if TYPE_CHECKING:
    from tests.fakes.sign_in import SignIn
    from tests.world import Person, World

EDGE, APP = "https://edge.example/functions/v1", "https://learn.example"
BACK = f"{APP}/plans/7?tab=export#notion"


def connecting(world: World, outside: SignIn, **changes: str) -> dict[str, str]:
    """The environment of an edge that connects accounts at `outside`."""
    return environment(
        world,
        **{
            "EDGE_URL": EDGE,
            "EDGE_ORIGINS": f"{APP},http://localhost:3000",
            "TOKEN_KEYS": KEYS["a"],
            **outside.settings(),
            **changes,
        },
    )


class Visitor:
    """A person and their browser."""

    def __init__(self, http: httpx.Client, person: Person) -> None:
        self.http, self.person = http, person
        self.headers = {"Authorization": person.headers["Authorization"]}

    def start(self, provider: str = "notion", return_to: str = BACK) -> httpx.Response:
        return self.http.post(
            f"/connections/{provider}/start", json={"return_to": return_to}, headers=self.headers
        )

    def begun(self, provider: str = "notion") -> dict[str, str]:
        answer = self.start(provider)
        assert answer.status_code == 200, answer.text
        said: dict[str, str] = answer.json()
        return said

    def finish(self, came: dict[str, str], provider: str = "notion") -> httpx.Response:
        said = {name: came[name] for name in ("state", "proof")}
        return self.http.post(f"/connections/{provider}/finish", json=said, headers=self.headers)

    def connect(self, provider: str = "notion") -> dict[str, Any]:
        """All of it, in one go."""
        begun = self.begun(provider)
        answer = self.finish(came_back(self.http, begun["authorize_url"]), provider)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said


def sent_back(authorize_url: str) -> str:
    """Where the service sends a browser that was sent there."""
    answer = httpx.get(authorize_url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def callback(http: httpx.Client, address: str) -> httpx.Response:
    """The browser arrives at the edge, which has another name here."""
    assert address.startswith(f"{EDGE}/connections/")
    return http.get(address.removeprefix(EDGE))


def came_back(http: httpx.Client, authorize_url: str) -> dict[str, str]:
    """What the app's page finds in its address, after the browser was there and back."""
    answer = callback(http, sent_back(authorize_url))
    assert answer.status_code == 303, answer.text
    return query(answer.headers["location"])


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
