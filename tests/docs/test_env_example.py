"""`.env.example` explains every setting there is, and none that there is not."""

from __future__ import annotations

import os
import re
import subprocess

from learnbase.settings import Settings
from tests.docs.pages import PROJECT

FILE = PROJECT / ".env.example"
_SETTING = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$")
# Not settings: where a shell looks for programs.
_OF_THE_SYSTEM = {"PATH"}


def explained() -> dict[str, str]:
    found = [match for line in FILE.read_text().splitlines() if (match := _SETTING.match(line))]
    names = [match[1] for match in found]
    assert len(names) == len(set(names)), "a setting is explained twice"
    return {match[1]: match[2] for match in found}


def read_by_the_code() -> set[str]:
    """What modules and commands ask the environment for beside `Settings`."""
    files = [*PROJECT.glob("src/**/*.py"), *PROJECT.glob("workers/*.py")]
    asked = re.compile(r'environ(?:\.get\(|\[)\s*"([A-Z_]+)"|envvar="([A-Z_]+)"')
    return {name for f in files for pair in asked.findall(f.read_text()) for name in pair if name}


def test_every_setting_is_explained_and_no_other() -> None:
    fields = {name.upper() for name in Settings.model_fields}
    of_the_stack = set(re.findall(r"env\((\w+)\)", (PROJECT / "supabase/config.toml").read_text()))
    known = fields | of_the_stack | (read_by_the_code() - _OF_THE_SYSTEM)
    assert set(explained()) == known


def test_each_has_a_sentence_of_its_own() -> None:
    paragraphs = FILE.read_text().split("\n\n")
    settings = [p for p in paragraphs if any(map(_SETTING.match, p.splitlines()))]
    assert len(settings) == len(explained())
    for paragraph in settings:
        *sentence, setting = paragraph.splitlines()
        assert sentence[0].startswith("# "), paragraph
        assert sentence[-1].endswith("."), paragraph
        assert _SETTING.match(setting), paragraph


def test_the_defaults_are_those_of_the_code() -> None:
    for name, field in Settings.model_fields.items():
        default = field.default
        if default is not None:
            shown = f"{default:g}" if isinstance(default, float) else str(default)
            assert explained()[name.upper()] == shown


def test_copied_as_it_is_it_sets_nothing() -> None:
    shell = f"set -ae; . '{FILE}'; env"
    told = subprocess.run(
        ["bash", "-c", shell], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    names = {line.partition(b"=")[0].decode() for line in told.stdout.splitlines()}
    assert not names & set(explained())


def test_every_example_is_a_value_that_is_taken() -> None:
    fields = {name.upper() for name in Settings.model_fields}
    values = {name.lower(): value for name, value in explained().items() if name in fields}
    assert Settings.model_validate({name: value for name, value in values.items() if value})
