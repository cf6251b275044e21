"""The letters that the local Auth would have sent: it prints them to its log instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnbase.stack.errors import StackError

if TYPE_CHECKING:
    from pathlib import Path

_LETTER = re.compile(r"^To: (?P<to>\S+)$(?P<body>.*?)(?=^To: |\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"https?://\S+/auth/v1/verify\?\S+")


def last_link(auth_log: Path, email: str) -> str:
    """The link of the last letter to an address: a confirmation or a reset.

    Raises:
        StackError: there is no letter to this address.
    """
    letters = [m["body"] for m in _LETTER.finditer(auth_log.read_text()) if m["to"] == email]
    link = _LINK.search(letters[-1]) if letters else None
    if link is None:
        raise StackError(
            f"Auth has written no letter to {email}", remedy=f"Look into {auth_log} for what it did"
        )
    return link[0]
