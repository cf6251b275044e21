"""An application that talks to the fake Notion without any of our own code in between."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.fakes.notion import VERSION, Notion
from tests.fakes.notion_rules import CONTRACTS

Json = dict[str, Any]

WORKSPACE = {"type": "workspace", "workspace": True}
NOON = 1_800_000_000.0
needs_contracts = pytest.mark.skipif(
    not CONTRACTS.exists(), reason="the service's contract is not at hand"
)


def text(words: str) -> list[Json]:
    return [{"type": "text", "text": {"content": words}}]


def paragraph(words: str) -> Json:
    return {"type": "paragraph", "paragraph": {"rich_text": text(words)}}


class Application:
    """What stands in for Learnbase here."""

    def __init__(self, fake: Notion, token: str | None = None) -> None:
        self.fake = fake
        headers = {"Authorization": f"Bearer {token or fake.token()}", "Notion-Version": VERSION}
        self.http = httpx.Client(
            base_url=fake.url, headers=headers, trust_env=False, timeout=httpx.Timeout(5)
        )

    def ask(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        return self.http.request(method, f"/v1/{path}", json=body)

    def get(self, path: str) -> Json:
        answer: Json = self.ask("GET", path).raise_for_status().json()
        return answer

    def make_database(self, parent: Json | None = None) -> Json:
        columns = {
            "Task": {"type": "title", "title": {}},
            "Status": {"type": "select", "select": {"options": [{"name": "Done"}]}},
            "Due": {"type": "date", "date": {}},
            "Link": {"type": "url", "url": {}},
            "Minutes": {"type": "number", "number": {}},
            "Learnbase ID": {"type": "rich_text", "rich_text": {}},
        }
        body = {"parent": parent or WORKSPACE, "title": text("Plan")}
        body["initial_data_source"] = {"properties": columns}
        answer: Json = self.ask("POST", "databases", body).raise_for_status().json()
        return answer

    def make_page(self, source: str, marker: str, **more: Any) -> httpx.Response:
        properties = {
            "title": {"title": text(f"Task {marker}")},
            "Learnbase ID": {"rich_text": text(marker)},
            **more.pop("properties", {}),
        }
        parent = {"type": "data_source_id", "data_source_id": source}
        return self.ask("POST", "pages", {"parent": parent, "properties": properties, **more})

    def query(self, source: str, **body: Any) -> list[str]:
        found = self.ask("POST", f"data_sources/{source}/query", body).raise_for_status().json()
        return [one["properties"]["Task"]["title"][0]["plain_text"] for one in found["results"]]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
