"""What the parts are told differs from the project's config.toml where this machine does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from learnbase.stack.configuration import auth_section, site_url

if TYPE_CHECKING:
    import pytest

PROJECT = Path(__file__).parents[2]
GOOGLE = "SUPABASE_AUTH_EXTERNAL_GOOGLE_SECRET"


def test_a_provider_without_a_secret_in_the_environment_gets_a_placeholder(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.delenv(GOOGLE, raising=False)
    section = auth_section(PROJECT, "http://127.0.0.1:1", "s")
    assert section["external"]["google"]["secret"] == "local-google-secret"
    monkeypatch.setenv(GOOGLE, "a real one")
    section = auth_section(PROJECT, "http://127.0.0.1:1", "s")
    assert section["external"]["google"]["secret"] == "a real one"


def test_the_site_comes_from_the_environment_and_has_a_default(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    assert site_url(PROJECT) == "http://localhost:3000"
    monkeypatch.setenv("SITE_URL", "https://learn.example")
    assert site_url(PROJECT) == "https://learn.example"
