"""The page with the pictures of the letters."""

from __future__ import annotations

from pathlib import Path

from learnbase.digest import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "mail" / "README.md"


def test_each_kind_has_its_picture_and_its_line():
    page = PAGE.read_text("utf-8")
    for kind, when in KINDS.items():
        assert f"| [{kind}](#{kind}) | {when} |" in page
        assert f"]({kind}.png)" in page
        assert (PAGE.parent / f"{kind}.png").read_bytes().startswith(b"\x89PNG")
