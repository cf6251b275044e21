"""How Notion writes what there is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from tests.fakes.notion_world import Block, Database, Page, Source, plain

if TYPE_CHECKING:
    from tests.fakes.notion_world import Column, Found, World
    from tests.fakes.oauth import Account

Json = dict[str, Any]

_PLAIN = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}


def error(status: int, code: str, message: str) -> Json:
    return {
        "object": "error",
        "status": status,
        "code": code,
        "message": message,
        "request_id": str(uuid4()),
    }


def workspace_id(account: Account) -> str:
    return str(uuid5(NAMESPACE_URL, f"workspace {account.id}"))


def bot_id(account: Account) -> str:
    return str(uuid5(NAMESPACE_URL, f"bot {account.id}"))


def workspace_name(account: Account) -> str:
    return f"{account.name}'s Notion"


def person(account: Account) -> Json:
    return {
        "object": "user",
        "id": str(uuid5(NAMESPACE_URL, f"person {account.id}")),
        "name": account.name,
        "avatar_url": None,
        "type": "person",
        "person": {"email": account.email},
    }


def bot(account: Account) -> Json:
    held = {
        "owner": {"type": "user", "user": person(account)},
        "workspace_id": workspace_id(account),
        "workspace_name": workspace_name(account),
    }
    return {
        "object": "user",
        "id": bot_id(account),
        "name": "Learnbase",
        "avatar_url": None,
        "type": "bot",
        "bot": held,
    }


def permission(account: Account) -> Json:
    """What an answer with tokens says besides the tokens."""
    return {
        "bot_id": bot_id(account),
        "workspace_id": workspace_id(account),
        "workspace_name": workspace_name(account),
        "workspace_icon": None,
        "owner": {"type": "user", "user": person(account)},
        "duplicated_template_id": None,
        "request_id": str(uuid4()),
    }


def rich(parts: list[Json]) -> list[Json]:
    """Rich text as it is answered."""
    return [
        {
            "type": "text",
            "text": {"content": one["text"]["content"], "link": one["text"].get("link")},
            "annotations": _PLAIN | (one.get("annotations") or {}),
            "plain_text": one["text"]["content"],
            "href": (one["text"].get("link") or {}).get("url"),
        }
        for one in parts
    ]


class Wire:
    """Writes things of a world in the name of one account."""

    def __init__(self, world: World, account: Account) -> None:
        self._world, self._account = world, account

    def any(self, thing: Found) -> Json:
        if isinstance(thing, Page):
            return self.page(thing)
        if isinstance(thing, Database):
            return self.database(thing)
        if isinstance(thing, Source):
            return self.source(thing)
        return self.block(thing)

    def page(self, page: Page) -> Json:
        source = self._world.source_of(page)
        if source is None:
            title = rich(page.values.get("title", []))
            properties = {"title": {"id": "title", "type": "title", "title": title}}
            name = plain(page.values.get("title", []))
        else:
            properties = {one.name: _value(one, page.values.get(one.id)) for one in source.columns}
            name = plain(page.values.get("title", []))
        return {
            "object": "page",
            **self._common(page),
            "cover": None,
            "icon": None,
            "parent": self._above(page),
            "properties": properties,
            "url": _url(page.id, name),
            "public_url": None,
        }

    def database(self, database: Database) -> Json:
        sources = [one for one in self._world.every(Source) if one.above == database.id]
        return {
            "object": "database",
            **self._common(database),
            "title": rich(database.title),
            "description": rich(database.description),
            "is_inline": database.is_inline,
            "is_locked": False,
            "icon": None,
            "cover": None,
            "parent": self._above(database),
            "data_sources": [{"id": one.id, "name": plain(one.title)} for one in sources],
            "url": _url(database.id, ""),
            "public_url": None,
        }

    def source(self, source: Source) -> Json:
        database = self._world.things[source.above or ""]
        return {
            "object": "data_source",
            **self._common(source),
            "title": rich(source.title),
            # Whether the database's description shows up here is not said; a client must cope.
            "description": [],
            "is_inline": False,
            "icon": None,
            "cover": None,
            "parent": {"type": "database_id", "database_id": database.id},
            "database_parent": self._above(database),
            "properties": {
                one.name: {
                    "id": one.id,
                    "name": one.name,
                    "description": None,
                    "type": one.type,
                    one.type: one.options,
                }
                for one in source.columns
            },
            "url": _url(source.id, ""),
            "public_url": None,
        }

    def block(self, block: Block) -> Json:
        content = dict(block.content)
        if "rich_text" in content:
            content["rich_text"] = rich(content["rich_text"])
        return {
            "object": "block",
            **self._common(block),
            "parent": self._above(block),
            "has_children": any(not one.in_trash for one in block.children),
            "type": block.type,
            block.type: content,
        }

    def _common(self, thing: Found) -> Json:
        is_away = not self._world.lives(thing)
        ours, theirs = bot_id(self._account), person(self._account)["id"]
        return {
            "id": thing.id,
            "created_time": _time(thing.at),
            "last_edited_time": _time(thing.edited),
            "created_by": {"object": "user", "id": ours if thing.ours else theirs},
            "last_edited_by": {"object": "user", "id": ours if thing.by_us else theirs},
            "archived": is_away,
            "in_trash": is_away,
        }

    def _above(self, thing: Found) -> Json:
        above = self._world.things.get(thing.above or "")
        if above is None:
            return {"type": "workspace", "workspace": True}
        if isinstance(above, Source):
            held = {"data_source_id": above.id, "database_id": above.above}
            return {"type": "data_source_id", **held}
        kind = "block_id" if isinstance(above, Block) else "page_id"
        kind = "database_id" if isinstance(above, Database) else kind
        return {"type": kind, kind: above.id}


def _value(column: Column, value: Any) -> Json:
    if column.type in {"title", "rich_text"}:
        value = rich(value or [])
    elif column.type == "date" and value is not None:
        value = {"start": value["start"], "end": value.get("end"), "time_zone": None}
    elif column.type == "checkbox":
        value = bool(value)
    elif column.type == "multi_select":
        value = value or []
    return {"id": column.id, "type": column.type, column.type: value}


def _time(seconds: float) -> str:
    # Notion rounds its times down to the minute.
    at = dt.datetime.fromtimestamp(seconds - seconds % 60, dt.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _url(identifier: str, name: str) -> str:
    words = "-".join("".join(one if one.isalnum() else " " for one in name).split())
    return f"https://www.notion.so/{words + '-' if words else ''}{identifier.replace('-', '')}"
