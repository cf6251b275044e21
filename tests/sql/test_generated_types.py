"""The types that are checked in are those of the schema."""

from __future__ import annotations

import difflib
import subprocess

import pytest

from tests.sql.generated_types import PROJECT, TYPESCRIPT, generate


def test_the_checked_in_types_are_those_of_the_schema(schema_url: str):
    for file, text in generate(schema_url).items():
        known = file.read_text() if file.exists() else ""
        if known != text:
            name = str(file.relative_to(PROJECT))
            difference = difflib.unified_diff(
                known.splitlines(), text.splitlines(), name, "the schema", lineterm="", n=1
            )
            pytest.fail(
                "\n".join([f"{name} is out of date: make types", *list(difference)[:60]]),
                pytrace=False,
            )


def test_the_typescript_types_satisfy_the_compiler():
    done = subprocess.run(
        [PROJECT / "node_modules" / ".bin" / "tsc", "--noEmit", "--strict", TYPESCRIPT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
