"""Who the commands act as: LEARNBASE_TOKEN, or whoever signed in last with `learnbase login`.

The secret key never stands in for somebody.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learnbase.errors import AccessDenied, UsageError

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi, Session

_RENEW_BEFORE = 60  # seconds before a token ends that it is traded for a new one


def _kept() -> Path:
    return Path(os.environ.get("LEARNBASE_HOME", ".learnbase")) / "session.json"


def keep(url: str, email: str, session: Session) -> None:
    """Remember a session for the next commands, readable by this user alone."""
    kept = _kept()
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    body = {
        "url": url,
        "email": email,
        "access_token": session.access_token,
        "refresh_token": session.refresh_token,
        "expires_at": int(time.time()) + session.expires_in,
    }
    new = kept.with_name(f"{kept.name}.{secrets.token_hex(8)}")
    # Made by us, for us alone: never a file or a link that somebody else put there.
    opened = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    with os.fdopen(opened, "w") as file:
        json.dump(body, file)
    new.replace(kept)


def forget() -> bool:
    """Forget the session; False when there was none."""
    kept = _kept()
    existed = kept.exists()
    kept.unlink(missing_ok=True)
    return existed


def person_api() -> PersonApi:
    """The API as whoever signed in.

    Raises:
        AccessDenied: nobody did, or the session has ended.
    """
    from learnbase.services.person import PersonApi  # noqa: PLC0415 - slow to import
    from learnbase.settings import public_access  # noqa: PLC0415 - slow to import

    access = public_access()
    token = os.environ.get("LEARNBASE_TOKEN") or _renewed(access.url, access.publishable_key)
    if token.startswith("sb_"):
        raise UsageError(
            "LEARNBASE_TOKEN is a key of the project, not somebody's token",
            remedy="Set it to a person's access token, or unset it and run: learnbase login",
            field="LEARNBASE_TOKEN",
        )
    if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}", token):
        raise UsageError(
            "LEARNBASE_TOKEN is no access token",
            remedy="Set it to a person's access token, or unset it and run: learnbase login",
            field="LEARNBASE_TOKEN",
        )
    return PersonApi(access.url, access.publishable_key, token)


def _renewed(url: str, publishable_key: str) -> str:
    from learnbase.services.person import Auth  # noqa: PLC0415 - slow to import

    session = _read()
    if session.get("url") != url:
        raise AccessDenied(
            "Nobody is signed in", remedy="Run: learnbase login EMAIL (or set LEARNBASE_TOKEN)"
        )
    if session["expires_at"] - time.time() < _RENEW_BEFORE:
        fresh = Auth(url, publishable_key).refresh(session["refresh_token"])
        keep(url, session["email"], fresh)
        return fresh.access_token
    return str(session["access_token"])


def _read() -> dict[str, Any]:
    """The session that was kept; {} when there is none, or nothing that could be one."""
    try:
        kept = json.loads(_kept().read_text())
        expires_at = float(kept["expires_at"])
        words = {k: kept[k] for k in ("url", "email", "access_token", "refresh_token")}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {**words, "expires_at": expires_at} if all(map(_is_text, words.values())) else {}


def _is_text(value: object) -> bool:
    return isinstance(value, str)
