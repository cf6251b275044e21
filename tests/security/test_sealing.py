"""What is sealed opens in its own place, with its own key, and nowhere else."""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnbase.errors import SettingError
from learnbase.security.sealing import Keyring, SealBroken, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = {"person": "ada", "provider": "notion", "purpose": "tokens"}
ONE, TWO, THREE = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))


def ring(*entries: str) -> Keyring:
    return Keyring.parse(",".join(entries))


@given(plain=st.binary(max_size=500), nonce=st.binary(min_size=12, max_size=12))
def test_what_was_sealed_opens_again(plain: bytes, nonce: bytes):
    keys = ring(f"a:{ONE}")
    sealed = keys.seal(plain, **PLACE, random=lambda _: nonce)
    assert keys.open(sealed, **PLACE) == plain
    assert sealed.startswith("v1.a.")


def test_the_same_words_never_look_the_same_twice():
    keys = ring(f"a:{ONE}")
    assert len({keys.seal(b"secret", **PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "moved",
    [
        {"person": "ben"},
        {"provider": "google"},
        {"purpose": "oauth code"},
        {"person": "ada\x00notion", "provider": ""},
        {"person": 'ada", "notion'},
    ],
    ids=str,
)
def test_moved_to_another_place_it_does_not_open(moved: dict[str, str]):
    keys = ring(f"a:{ONE}")
    sealed = keys.seal(b"secret", **PLACE)
    with pytest.raises(SealBroken):
        keys.open(sealed, **(PLACE | moved))


def test_said_to_be_of_another_key_it_does_not_open_even_if_that_is_the_same():
    keys = ring(f"a:{ONE}", f"b:{ONE}")
    sealed = keys.seal(b"secret", **PLACE)
    with pytest.raises(SealBroken):
        keys.open(sealed.replace("v1.a.", "v1.b."), **PLACE)


@settings(max_examples=400)
@given(st.data())
def test_a_single_changed_character_breaks_the_seal(data: st.DataObject):
    keys = ring(f"a:{ONE}")
    sealed = keys.seal(b"secret", **PLACE, random=bytes)
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.sampled_from("AZaz09-_.=+/ \x00é"))
    spoilt = sealed[:at] + other + sealed[at + 1 :]
    if spoilt == sealed:
        return
    with pytest.raises(SealBroken):
        keys.open(spoilt, **PLACE)


SPOILT: list[Callable[[str], str]] = [
    lambda _: "",
    lambda _: "v1.a.",
    lambda sealed: sealed[:-1],
    lambda sealed: sealed[:20],
    lambda sealed: sealed + "AAAA",
    lambda sealed: sealed.replace("v1.", "v2."),
    lambda sealed: sealed.removeprefix("v1."),
    lambda sealed: sealed + ".x",
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_is_cut_off_or_of_another_shape_does_not_open(spoil: Callable[[str], str]):
    keys = ring(f"a:{ONE}")
    with pytest.raises(SealBroken):
        keys.open(spoil(keys.seal(b"secret", **PLACE)), **PLACE)


def test_a_key_that_is_missing_is_named():
    sealed = ring(f"old:{ONE}").seal(b"secret", **PLACE)
    with pytest.raises(UnknownKey, match="the key old") as refusal:
        ring(f"new:{TWO}").open(sealed, **PLACE)
    assert refusal.value.field == "TOKEN_KEYS"


def test_a_key_that_took_anothers_name_opens_nothing():
    sealed = ring(f"a:{ONE}").seal(b"secret", **PLACE)
    with pytest.raises(SealBroken):
        ring(f"a:{TWO}").open(sealed, **PLACE)


def test_keys_rotate_three_times_and_nothing_is_lost():
    rings = [
        ring(f"a:{ONE}"),
        ring(f"b:{TWO}", f"a:{ONE}"),
        ring(f"c:{THREE}", f"b:{TWO}"),
        ring(f"c:{THREE}"),
    ]
    sealed = rings[0].seal(b"secret", **PLACE)
    for before, after in pairwise(rings):
        assert after.open(sealed, **PLACE) == b"secret"
        assert not before.needs_resealing(sealed)
        if after.needs_resealing(sealed):
            sealed = after.seal(after.open(sealed, **PLACE), **PLACE)
    assert sealed.startswith("v1.c.")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no key"),
        (" , ,", "there is no key"),
        (ONE, "entry 1 does not begin with an id"),
        (f"a:{ONE},{TWO}", "entry 2 does not begin with an id"),
        (f"a.b:{ONE}", "entry 1 does not begin with an id"),
        (f"{'x' * 33}:{ONE}", "entry 1 does not begin with an id"),
        (f":{ONE}", "entry 1 does not begin with an id"),
        (f"a:{ONE},a:{TWO}", "the id a is there twice"),
        ("a:c2hvcnQ=", "the key a has 5 bytes instead of 32"),
        ("a:", "the key a has 0 bytes instead of 32"),
        ("a:not base64!", "the key a is not base64"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_by_name(text: str, why: str):
    with pytest.raises(SettingError, match=why) as refusal:
        Keyring.parse(text)
    assert refusal.value.field == "TOKEN_KEYS"
    assert refusal.value.remedy


def test_no_key_is_ever_repeated_in_an_error_or_a_repr():
    with pytest.raises(SettingError) as refusal:
        Keyring.parse(ONE)
    said = f"{refusal.value.message} {refusal.value.remedy} {ring(f'a:{ONE}')!r}"
    assert ONE not in said
    assert repr(bytes([1]) * 32) not in said


def test_both_spellings_of_base64_and_spaces_between_entries_are_read():
    odd = bytes([0xFB, 0xEF, 0xFF] * 10 + [1, 2])
    plain, safe = base64.b64encode(odd).decode(), base64.urlsafe_b64encode(odd).decode()
    assert plain != safe
    sealed = ring(f"a:{plain}").seal(b"secret", **PLACE)
    assert Keyring.parse(f" a: {safe} , b:{TWO}\n").open(sealed, **PLACE) == b"secret"
