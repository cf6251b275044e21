"""Tokens of a local stack: what a key stands for, and what a test person carries."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

_TEN_YEARS = 10 * 365 * 24 * 3600
ISSUER = "learnbase-local"


def role_token(role: str, secret: str) -> str:
    """The token that stands behind a key (``anon`` or ``service_role``)."""
    return sign({"role": role, "iss": ISSUER}, secret, seconds=_TEN_YEARS)


def token_keys(secret: str) -> str:
    """What ``TOKEN_KEYS`` is on this machine: one key, made of the stack's own secret."""
    key = hashlib.sha256(b"learnbase local token keys " + secret.encode()).digest()
    return f"local:{base64.b64encode(key).decode()}"


def sign(claims: dict[str, Any], secret: str, *, seconds: int = 3600) -> str:
    """Sign a token with HS256; ``iat`` and ``exp`` are added unless they are claimed."""
    import jwt  # noqa: PLC0415 - slow to import

    now = int(time.time())
    return jwt.encode({"iat": now, "exp": now + seconds, **claims}, secret, algorithm="HS256")
