"""Where the links of letters lead: pages that are there for everybody, acts for one person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from learnbase import digest
from learnbase.digest.addresses import ACTS_FOR, UNSUBSCRIBES_FOR, Addresses
from learnbase.security.signed_links import LinkBroken, LinkExpired, LinkKeys, read
from learnbase.services.letters import Mail

if TYPE_CHECKING:
    from collections.abc import Collection

    from learnbase.security.signed_links import Action

ADA = "0b9f5c1e-4f5b-4f6c-8c3e-2f1f0a9d8e7c"
ID = "3d5c1f6a-8a3b-4a58-9f0a-3f7f5a1d2e4b"
NOW = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
KEYS = LinkKeys({"k1": b"k" * 32})
ADDRESSES = Addresses("https://learn.example.com", "https://edge.example.com/functions/v1", KEYS)
ACTS = ("tick_task", "accept_catch_up")


def address(name: str, wish: str | None = "plan_ready") -> str:
    return ADDRESSES.of([name], person=ADA, wish=wish, now=NOW)[name]


def action(link: str, door: str, opens: Collection[str], later: dt.timedelta) -> Action:
    before = f"{ADDRESSES.edge_url}/letters/{door}/"
    assert link.startswith(before)
    return read(link.removeprefix(before), NOW + later, KEYS, opens=opens)


@pytest.mark.parametrize(
    ("name", "page"),
    [
        (f"plan:{ID}", f"/plans/{ID}"),
        (f"export:{ID}", f"/plans/{ID}/exports"),
        (f"notification:{ID}", f"/notifications/{ID}"),
        ("connections", "/settings/connections"),
        ("preferences", "/settings/notifications"),
        ("home", "/"),
    ],
)
def test_pages_are_the_apps(name: str, page: str):
    assert address(name) == f"https://learn.example.com{page}"


@pytest.mark.parametrize(
    ("name", "act", "ids"),
    [
        (f"tick:{ID}", "tick_task", {"task_id": ID}),
        (f"catch_up:{ID}", "accept_catch_up", {"catch_up_id": ID}),
    ],
)
def test_a_link_acts_for_its_reader_for_a_month(name: str, act: str, ids: dict[str, str]):
    link, moment = address(name), dt.timedelta(seconds=1)
    said = action(link, "act", ACTS, ACTS_FOR - moment)
    assert (said.name, said.ids, said.person) == (act, ids, ADA)
    with pytest.raises(LinkExpired):
        action(link, "act", ACTS, ACTS_FOR)
    with pytest.raises(LinkBroken):
        action(link, "act", ["unsubscribe"], moment)


@pytest.mark.parametrize(("wish", "ids"), [("plan_ready", {"kind": "plan_ready"}), (None, {})])
def test_an_old_letter_can_be_unsubscribed_from(wish: str | None, ids: dict[str, str]):
    link = address("unsubscribe", wish)
    last = UNSUBSCRIBES_FOR - dt.timedelta(seconds=1)
    said = action(link, "unsubscribe", ["unsubscribe"], last)
    assert (said.name, said.ids, said.person) == ("unsubscribe", ids, ADA)


@pytest.mark.parametrize(
    "name", ["", "plan", "plan:", "tick", "tick:", "home:1", "unsubscribe:x", "elsewhere:1"]
)
def test_there_are_no_other_links(name: str):
    with pytest.raises(ValueError, match="leads to no"):
        address(name)


@pytest.mark.parametrize("kind", digest.KINDS)
def test_every_kind_of_letter_has_an_address_for_each_of_its_links(kind: str):
    context = digest.example(kind)
    links = ADDRESSES.of(digest.links_needed(kind, context), person=ADA, wish=kind, now=NOW)
    letter = digest.render(
        kind, context, locale="en", time_zone="Europe/Berlin", now=NOW, links=links
    )
    assert links["unsubscribe"] in letter.html
    assert Mail(
        notification_id=ID,  # type: ignore[arg-type] - pydantic reads it
        kind=kind,
        sender="hello@mail.example.com",
        to="ada@example.com",
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        unsubscribe=links["unsubscribe"],
    ).body()["headers"]
