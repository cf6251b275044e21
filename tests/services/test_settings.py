"""Settings: missing ones by name, unusable ones in a sentence, keys that are told apart."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from learnbase import settings
from learnbase.errors import SettingError

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://abc.supabase.co"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in os.environ:
        if name.startswith(("SUPABASE_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LEARNBASE_HOME", str(tmp_path))


def token(**claims: Any) -> str:
    def part(body: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256'})}.{part(claims)}.c2lnbmF0dXJl"


def set_env(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SettingError, match="SUPABASE_URL is not set") as caught:
        settings.service_access()
    assert caught.value.exit_code == 2
    set_env(monkeypatch, SUPABASE_URL=URL)
    with pytest.raises(SettingError, match="SUPABASE_SECRET_KEY is not set"):
        settings.service_access()
    with pytest.raises(SettingError, match="SUPABASE_PUBLISHABLE_KEY is not set"):
        settings.public_access()


@pytest.mark.parametrize(
    "url",
    [
        "abc.supabase.co",
        "ftp://abc",
        "https://",
        "https://a:b@c.test",
        "https://x.test/?a=1",
        "https://x.test:99999",
        " https://x.test",
    ],
)
def test_an_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, url: str):
    set_env(monkeypatch, SUPABASE_URL=url)
    with pytest.raises(SettingError, match="SUPABASE_URL is no address"):
        settings.load()


def test_a_trailing_slash_does_not_matter(monkeypatch: pytest.MonkeyPatch):
    set_env(monkeypatch, SUPABASE_URL=f"{URL}/", SUPABASE_SECRET_KEY="sb_secret_x")
    assert settings.service_access().url == URL


def test_the_older_names_of_the_keys_are_accepted(monkeypatch: pytest.MonkeyPatch):
    service, anon = token(role="service_role"), token(role="anon")
    set_env(monkeypatch, SUPABASE_URL=URL, SUPABASE_SERVICE_ROLE_KEY=service)
    set_env(monkeypatch, SUPABASE_ANON_KEY=anon)
    assert settings.service_access().secret_key == service
    assert settings.public_access().publishable_key == anon


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("sb_publishable_x", "holds the publishable key, not the secret key"),
        (token(role="anon"), "holds the publishable key, not the secret key"),
        (token(role="authenticated"), "holds a person's token"),
        (token(role="service_role", exp=1_700_000_000), "expired on"),
        (token(), "holds another kind of key"),
        ("x", "is neither a key"),
        ("a.b.c", "is neither a key"),
    ],
)
def test_what_is_no_secret_key_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, key: str, sentence: str
):
    set_env(monkeypatch, SUPABASE_URL=URL, SUPABASE_SECRET_KEY=key)
    with pytest.raises(SettingError, match=sentence) as caught:
        settings.service_access()
    assert caught.value.field == "SUPABASE_SECRET_KEY"
    assert key not in str(caught.value) or len(key) < 3


def test_a_secret_key_is_never_taken_for_the_publishable_one(monkeypatch: pytest.MonkeyPatch):
    set_env(monkeypatch, SUPABASE_URL=URL, SUPABASE_PUBLISHABLE_KEY="sb_secret_x")
    with pytest.raises(SettingError, match="holds the secret key"):
        settings.public_access()


def test_the_key_stays_out_of_reprs(monkeypatch: pytest.MonkeyPatch):
    set_env(monkeypatch, SUPABASE_URL=URL, SUPABASE_SECRET_KEY="sb_secret_hush")
    assert "hush" not in repr(settings.load()) + repr(settings.service_access())


def test_a_local_stack_is_found_where_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "stack.env").write_text(
        "SUPABASE_URL=http://127.0.0.1:1\nSUPABASE_SECRET_KEY='sb_secret_local'\n"
        "SUPABASE_PUBLISHABLE_KEY=sb_publishable_local\nDATABASE_URL=x\n"
    )
    # A key of another project must not be sent to the stack, nor the stack's to another project.
    set_env(monkeypatch, SUPABASE_SECRET_KEY="sb_secret_production")
    assert settings.service_access().secret_key == "sb_secret_local"
    set_env(monkeypatch, SUPABASE_URL=URL)
    assert settings.service_access().secret_key == "sb_secret_production"


def test_openai_speaks_responses_and_others_chat(monkeypatch: pytest.MonkeyPatch):
    assert settings.load().model_api == "responses"
    set_env(monkeypatch, OPENAI_BASE_URL="https://api.groq.com/openai/v1")
    assert settings.load().model_api == "chat"
    set_env(monkeypatch, OPENAI_API="responses")
    assert settings.load().model_api == "responses"
    set_env(monkeypatch, OPENAI_API="telepathy")
    with pytest.raises(SettingError, match="OPENAI_API"):
        settings.load()


@pytest.mark.parametrize(
    "sender", ["Learnbase", "a@b.de, c@d.de", "Learnbase <hello@mail.example.com>\r\nBcc: a@b.de"]
)
def test_a_sender_that_is_no_address_is_named(monkeypatch: pytest.MonkeyPatch, sender: str):
    set_env(monkeypatch, MAIL_FROM="Learnbase <hello@mail.example.com>")
    assert settings.load().mail_from == "Learnbase <hello@mail.example.com>"
    set_env(monkeypatch, MAIL_FROM=sender)
    with pytest.raises(SettingError, match="MAIL_FROM"):
        settings.load()


def test_what_letters_are_sent_and_signed_with_stays_out_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
):
    set_env(monkeypatch, RESEND_API_KEY="re_1", RESEND_WEBHOOK_SECRET="whsec_a, whsec_b")
    assert {"re_1", "whsec_a", "whsec_b"} <= set(settings.load().secrets())
