"""Content lines: what RFC 5545 asks for, to the octet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.exporting.lines import folded, text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a; b, c: d", "a\\; b\\, c: d"),
        ("C:\\n", "C:\\\\n"),
        ("one\ntwo\r\nthree\rfour", "one\\ntwo\\nthree\\nfour"),
        ("one\x0btwo\x85three\u2028four", "one\\ntwo\\nthree\\nfour"),
        ("a\tb", "a b"),
        ("\x00\x07\x1b[2J\x7f\x9f\ufffe", "[2J"),
        ("right \u202e left", "right \u202e left"),
    ],
)
def test_a_text_neither_ends_its_line_nor_its_value(written: str, value: str):
    assert text(written) == value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_folded_line_is_short_and_unfolds_to_what_it_was(line: str):
    octets = folded(line).encode()
    lines = octets.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(each.startswith(b" ") for each in lines[1:])
    assert octets.replace(b"\r\n ", b"") == line.encode() + b"\r\n"


@pytest.mark.parametrize(
    ("line", "lines"), [("x" * 75, 1), ("x" * 76, 2), ("é" * 37, 1), ("é" * 38, 2)]
)
def test_octets_count_and_not_characters(line: str, lines: int):
    assert folded(line).count("\r\n") == lines
