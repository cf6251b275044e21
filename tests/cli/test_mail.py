"""Letters are looked at from the command line, without any project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from learnbase import digest
from tests.cli.conftest import Shell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def terminal(tmp_path: Path) -> Shell:
    return Shell(tmp_path, {"LEARNBASE_HOME": str(tmp_path / "home")})


@pytest.mark.parametrize("kind", digest.KINDS)
def test_every_kind_can_be_looked_at(terminal: Shell, kind: str) -> None:
    seen = terminal.run("mail", "preview", kind)
    assert seen.code == 0, seen.err
    assert seen.out.startswith("<!doctype html>")
    assert seen.err.startswith("Subject: ")


def test_the_plain_words_are_printed_in_the_forms_of_a_locale(terminal: Shell) -> None:
    seen = terminal.run("mail", "preview", "plan_ready", "--text", "--locale", "de")
    assert "17. Januar 2027" in seen.out
    assert "<" not in seen.out


def test_a_letter_is_opened_in_the_browser_there_is(terminal: Shell, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/shown\n')
    browser.chmod(0o755)
    seen = terminal.run("mail", "preview", "welcome", "--open", BROWSER=f"{browser} %s")

    assert seen.code == 0, seen.err
    address = urlsplit((tmp_path / "shown").read_text().strip())
    assert address.scheme == "file"
    page = type(tmp_path)(unquote(address.path))
    assert page.read_text().startswith("<!doctype html>")
    assert seen.out.strip() == f"Opened {page}"
    page.unlink()


def test_a_letter_can_be_made_of_something_else(terminal: Shell, tmp_path: Path) -> None:
    file = tmp_path / "context.json"
    file.write_text(json.dumps({"name": "Grace"}))
    seen = terminal.run("mail", "preview", "welcome", "--text", "--context", str(file))
    assert seen.out.startswith("Welcome, Grace.")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[]", "holds no JSON object"),
        ("{", "cannot be read"),
        ('{"nickname": "G"}', "nickname"),
    ],
)
def test_what_is_no_context_is_refused_with_a_reason(
    terminal: Shell, tmp_path: Path, written: str, said: str
) -> None:
    file = tmp_path / "context.json"
    file.write_text(written)
    seen = terminal.run("mail", "preview", "welcome", "--context", str(file))
    assert seen.code in {1, 2}
    assert said in seen.err
    assert "Traceback" not in seen.err


def test_an_unknown_kind_is_refused_with_those_there_are(terminal: Shell) -> None:
    seen = terminal.run("mail", "preview", "birthday")
    assert seen.code == 2
    assert "weekly_nothing_due" in seen.err
