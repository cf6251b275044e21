"""A link in a letter acts for its person, at its door, until its day, and for nobody else."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.security.sealing import Keyring
from learnbase.security.signed_links import (
    Action,
    LinkBroken,
    LinkExpired,
    LinkKeys,
    LinkRefused,
    read,
    sign,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=14)
ADA, TASK = "7e0f1f5e-0000-4000-8000-000000000001", "7e0f1f5e-0000-4000-8000-0000000000aa"
ONE, TWO = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
names = st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True)
values = st.from_regex(r"[A-Za-z0-9._:-]{1,60}", fullmatch=True)


def keys(*entries: str) -> LinkKeys:
    return LinkKeys.derived(Keyring.parse(",".join(entries)))


OURS = keys(f"a:{ONE}")


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def ticking(keys: LinkKeys = OURS, until: datetime = LATER) -> str:
    return sign("tick_task", {"task_id": TASK}, ADA, until, keys)


@given(action=names, ids=st.dictionaries(names, values, max_size=4), person=values)
def test_what_was_signed_is_read_again(action: str, ids: dict[str, str], person: str):
    token = sign(action, ids, person, LATER, OURS)
    assert read(token, NOW, OURS, opens={action}) == Action(action, ids, person, LATER)


def test_an_address_takes_it_as_it_is_and_a_letter_has_room_for_it():
    assert set(ticking()) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )
    assert len(ticking()) < 300


def test_the_same_link_is_the_same_token_so_that_a_letter_rendered_twice_is_the_same():
    ids = {"plan_id": "p", "proposal_id": "q"}
    turned = dict(reversed(ids.items()))
    assert sign("accept", ids, ADA, LATER, OURS) == sign("accept", turned, ADA, LATER, OURS)


@given(place=st.integers(min_value=0), other=st.characters(codec="utf-8"))
def test_changed_in_any_place_it_opens_nothing(place: int, other: str):
    token = ticking()
    place %= len(token)
    if token[place] != other:
        with pytest.raises(LinkBroken):
            read(token[:place] + other + token[place + 1 :], NOW, OURS, opens={"tick_task"})


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "v1", "v1.a.e30", "v1.a.e30.", "a" * 3000),
        *(ticking() + "=", ticking() + ".", ticking() + "\n", ticking()[:-1]),
        *(ticking().replace("v1.", "v2.", 1), ticking().replace("v1.a.", "v1.b.")),
    ],
    ids=lambda token: token[-20:],
)
def test_what_is_no_token_of_ours_opens_nothing(token: str):
    with pytest.raises(LinkBroken):
        read(token, NOW, OURS, opens={"tick_task"})


def test_it_opens_no_other_door():
    with pytest.raises(LinkBroken):
        read(ticking(), NOW, OURS, opens={"unsubscribe", "open_plan"})
    with pytest.raises(LinkBroken):
        read(ticking(), NOW, OURS, opens=())


def test_two_parts_never_make_a_third_link():
    mine, theirs = ticking(), sign("tick_task", {"task_id": TASK}, "eve", LATER, OURS)
    head, _, mac = theirs.rpartition(".")
    assert head
    with pytest.raises(LinkBroken):
        read(f"{mine.rpartition('.')[0]}.{mac}", NOW, OURS, opens={"tick_task"})


def test_it_ends_to_the_second_and_says_what_it_was_for():
    last = LATER - timedelta(seconds=1)
    assert read(ticking(), last, OURS, opens={"tick_task"}).person == ADA
    for late in (LATER, LATER + timedelta(days=900)):
        with pytest.raises(LinkExpired, match="good until 2026-12-07") as expired:
            read(ticking(), late, OURS, opens={"tick_task"})
        assert expired.value.action.ids == {"task_id": TASK}
        assert expired.value.code == "link_expired"


def test_a_forged_link_does_not_even_learn_that_it_would_be_too_late():
    forged = ticking(keys(f"a:{TWO}"), NOW - timedelta(days=1))
    with pytest.raises(LinkBroken):
        read(forged, NOW, OURS, opens={"tick_task"})


def test_the_zone_of_a_time_does_not_matter_but_it_has_one():
    there = LATER.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert ticking(until=there) == ticking()
    with pytest.raises(ValueError, match="zone"):
        ticking(until=LATER.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        read(ticking(), NOW.replace(tzinfo=None), OURS, opens={"tick_task"})


def test_keys_rotate_under_letters_that_are_out_already():
    old = ticking()
    both = keys(f"b:{TWO}", f"a:{ONE}")
    assert read(old, NOW, both, opens={"tick_task"}).person == ADA
    assert ticking(both).startswith("v1.b.")
    assert read(ticking(both), NOW, both, opens={"tick_task"}).person == ADA
    with pytest.raises(LinkBroken):
        read(old, NOW, keys(f"b:{TWO}"), opens={"tick_task"})


def test_neither_the_sealing_key_nor_its_id_is_the_signing_key():
    ring = Keyring.parse(f"a:{ONE}")
    with pytest.raises(LinkBroken):
        read(ticking(), NOW, LinkKeys(ring.keys), opens={"tick_task"})
    assert ONE not in repr(OURS)
    assert repr(OURS.keys["a"]) not in repr(OURS)


@pytest.mark.parametrize(
    ("action", "ids", "person"),
    [
        ("Tick", {}, ADA),
        ("", {}, ADA),
        ("tick", {"task id": "x"}, ADA),
        ("tick", {"task_id": "a b"}, ADA),
        ("tick", {"task_id": ""}, ADA),
        ("tick", {}, "ada\n"),
        ("tick", {f"id_{chr(97 + n)}": "x" * 100 for n in range(20)}, ADA),
    ],
)
def test_what_is_no_id_is_not_signed(action: str, ids: dict[str, str], person: str):
    with pytest.raises(ValueError, match="link"):
        sign(action, ids, person, LATER, OURS)


@pytest.mark.parametrize(
    "said",
    [[], "x", {"act": "tick_task"}, {"act": 1, "for": "x", "until": 1, "ids": {}}],
    ids=str,
)
def test_what_another_release_may_have_signed_is_refused_and_does_not_fail(said: object):
    signed = f"v1.a.{encoded(json.dumps(said).encode())}"
    mac = encoded(hmac.digest(OURS.keys["a"], signed.encode(), "sha256"))
    with pytest.raises(LinkRefused):
        read(f"{signed}.{mac}", NOW, OURS, opens={"tick_task"})
