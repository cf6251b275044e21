"""The CSV file, read back as a spreadsheet would."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given

from learnbase.exporting import render
from tests.exporting.plans import a_plan, a_session, a_task, all_tasks, plans, texts

FORMULA = "=+-@|%＝＋－＠｜％"  # noqa: RUF001
UNSHOWN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
BLANK = r"[\s'\"\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]*"


def rows(octets: bytes, delimiter: str = ",") -> list[list[str]]:
    text = octets.decode("utf-8-sig")
    return list(
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=delimiter == ",")
    )


def told(cell: str) -> str:
    """The text of a cell: one apostrophe less where a formula would begin after it."""
    return re.sub(
        rf"(^|;)'(?={BLANK}[=+\-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\u2212\ufe62\ufe63\ufe66\ufe6b])",
        r"\1",
        cell,
    )


def one_line(text: str) -> str:
    return " ".join(UNSHOWN.sub("", text).split())


@given(plans())
def test_what_is_read_is_what_was_written(plan: dict[str, Any]):
    header, *read = rows(render(plan, "csv"))
    expected = all_tasks(plan)
    assert len(read) == len(expected)
    for row, task in zip(read, expected, strict=True):
        cells = dict(zip(header, row, strict=True))
        assert told(cells["task"]) == one_line(task["title"])
        assert told(cells["description"]) == one_line(task["description"] or "")
        assert cells["minutes"] == str(task["estimated_minutes"])
        assert cells["status"] == task["status"]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_no_cell_is_a_formula_wherever_it_is_opened(delimiter: str):
    @given(texts)
    def check(text: str):
        octets = render(a_plan(a_task(text, description=text)), "csv")
        for row in rows(octets, delimiter):
            for cell in row:
                assert not cell.lstrip(' \t"\u200b\u200f\u202e').startswith(tuple(FORMULA)), row

    check()


@given(plans())
def test_every_row_is_one_line_with_all_columns(plan: dict[str, Any]):
    octets = render(plan, "csv")
    assert octets.startswith(b"\xef\xbb\xbfweek,day,task,")
    lines = octets.decode().removesuffix("\r\n").split("\r\n")
    assert len(lines) == 1 + len(all_tasks(plan))
    assert "\n" not in "".join(lines)
    assert {len(row) for row in rows(octets)} == {11}


def test_a_row_is_what_a_learner_wants_to_sort_and_filter():
    task = a_task(
        completed_at="2026-11-24T17:50:00+00:00",
        status="completed",
        sessions=[a_session("2026-11-24T17:00:00+00:00"), a_session("2026-11-25T23:30:00+00:00")],
    )
    header, row = rows(render(a_plan(task), "csv"))
    assert dict(zip(header, row, strict=True)) == {
        "week": "1",
        "day": "2",
        "task": "Install Xcode",
        "minutes": "45",
        "status": "completed",
        "completed_at": "2026-11-24 18:50",
        "due_on": "2026-11-24",
        "session_starts": "2026-11-24 18:00; 2026-11-26 00:30",
        "session_ends": "2026-11-24 18:45; 2026-11-26 01:15",
        "links": "https://docs.swift.org/swift-book/",
        "description": "Get it from the store.",
    }


def test_a_task_of_no_day_is_due_at_the_end_of_its_week():
    header, row = rows(render(a_plan(a_task(day=None)), "csv"))
    assert dict(zip(header, row, strict=True))["due_on"] == "2026-11-29"


@pytest.mark.parametrize(
    "title", ["=1+1", " =1+1", "+1", "-1", "@x", "\t=1", "\uff1d1", "'=1", "\ufeff=1"]
)
def test_a_formula_gets_an_apostrophe(title: str):
    _, row = rows(render(a_plan(a_task(title)), "csv"))
    assert row[2] == f"'{one_line(title)}"


def test_words_are_left_as_they_are():
    _, row = rows(render(a_plan(a_task("Don't panic - it's 1+1 = 2; ok")), "csv"))
    assert row[2] == "Don't panic - it's 1+1 = 2; ok"
