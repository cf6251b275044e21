"""One HTTP connection, kept open: the matrix sends thousands of small requests."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        return json.loads(self.content)


class Line:
    """A connection to one address, opened again when the other side has closed it."""

    def __init__(self, base_url: str) -> None:
        """Talk to ``http://host:port/path``."""
        parts = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        self._base = parts.path.rstrip("/")

    def close(self) -> None:
        self._connection.close()

    def send(
        self,
        method: str,
        path: str,
        params: tuple[tuple[str, str], ...],
        headers: dict[str, str],
        body: Any,
    ) -> Answer:
        """Send one request, a body as JSON, and wait for the whole answer."""
        address = f"{self._base}/{path}" + (f"?{urlencode(params)}" if params else "")
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers = {**headers, "Content-Type": "application/json"}
        if self._connection.sock is None:
            self._connection.connect()
        self._connection.request(method, address, data, headers)
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.read())
