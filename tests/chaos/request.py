"""One request as it travels, and as a line to repeat it by hand."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

WHO = ("stranger", "follower", "nobody")


@dataclass(frozen=True)
class Request:
    """One request, before it is anybody's in particular.

    Attributes:
        who: One of WHO.
        path: Below the API's root, with its query, escaped.
        headers: In this order and with this case; names may repeat.
    """

    who: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None

    def curl(self) -> str:
        """The request as a line for a shell; $URL, $KEY and $TOKEN are the reader's."""
        words = ["curl", "-i", "-X", self.method, f"$URL/rest/v1/{self.path}"]
        said = [("apikey", "$KEY"), *self.headers]
        if self.who != "nobody":
            said.insert(1, ("Authorization", f"Bearer $TOKEN_OF_{self.who.upper()}"))
        for name, value in said:
            words += ["-H", f"{name}: {value}"]
        if self.body is not None:
            words += ["-d", self.body]
        return " ".join(f'"{w}"' if "$" in w else shlex.quote(w) for w in words)
