"""What each request to Notion does, and what it answers; pure but for the world it changes.

https://developers.notion.com/reference, version 2025-09-03.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.fakes.notion_lists import as_list, dashed, kept, ordered, portion
from tests.fakes.notion_rules import (
    Invalid,
    Refusal,
    check_columns,
    kind_of,
    values,
)
from tests.fakes.notion_wire import Wire, bot
from tests.fakes.notion_world import Block, Database, Page, Source, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fakes.notion_world import Found, World
    from tests.fakes.oauth import Account

Json = dict[str, Any]

_KINDS: dict[str, type[Any]] = {
    "database": Database,
    "data_source": Source,
    "page": Page,
    "block": Block,
}


class Api:
    """Notion as one account's token sees it.

    Attributes:
        lag: Seconds for which queries and searches do not show what is new.
    """

    def __init__(self, world: World, account: Account, lag: float) -> None:
        self._world, self._account, self.lag = world, account, lag
        self._wire = Wire(world, account)

    def me(self, _: str, __: Json, ___: Mapping[str, str]) -> Json:
        return bot(self._account)

    def create_database(self, _: str, body: Json, __: Mapping[str, str]) -> Json:
        parent = body.get("parent", {})
        above = None
        if "page_id" in parent:
            page = self._found("page", parent["page_id"])
            self._editable(page)
            above = page.id
        elif not parent.get("workspace"):
            raise Invalid("body.parent should be defined, instead was `undefined`.")
        columns = (body.get("initial_data_source") or {}).get("properties", {})
        columns = columns or {"Name": {"type": "title", "title": {}}}
        check_columns(columns, whole=True)
        title, description = body.get("title", []), body.get("description", [])
        stamp = self._world.stamp(self._account, above)
        database = Database(**stamp, title=title, description=description)
        database.is_inline = bool(body.get("is_inline"))
        stamp = self._world.stamp(self._account, database.id)
        made = [
            self._world.new_column(name, kind_of(one), one[kind_of(one)])
            for name, one in columns.items()
        ]
        self._world.put(database)
        self._world.put(Source(**stamp, title=title, columns=made))
        return self._wire.database(database)

    def get_database(self, identifier: str, _: Json, __: Mapping[str, str]) -> Json:
        return self._wire.database(self._found("database", identifier))

    def update_database(self, identifier: str, body: Json, _: Mapping[str, str]) -> Json:
        database = self._found("database", identifier)
        self._change_trash(database, body)
        if "parent" in body:
            above = self._found("page", body["parent"]["page_id"]).id
            database.above, database.is_shared = above, False
        for name in ("title", "description", "is_inline"):
            if name in body:
                setattr(database, name, body[name])
        self._world.touch(database, ours=True)
        return self._wire.database(database)

    def get_source(self, identifier: str, _: Json, __: Mapping[str, str]) -> Json:
        return self._wire.source(self._found("data_source", identifier))

    def update_source(self, identifier: str, body: Json, _: Mapping[str, str]) -> Json:
        source = self._found("data_source", identifier)
        self._change_trash(source, body)
        if "title" in body:
            source.title = body["title"]
        for key, change in (body.get("properties") or {}).items():
            self._change_column(source, key, change)
        self._world.touch(source, ours=True)
        return self._wire.source(source)

    def query(self, identifier: str, body: Json, _: Mapping[str, str]) -> Json:
        source = self._found("data_source", identifier)
        if not self._world.lives(source):
            raise _missing("data_source", identifier)
        keeps = kept(source, body.get("filter"))
        rows = [one for one in self._world.rows(source) if self._is_listed(one) and keeps(one)]
        answer = self._page_of(ordered(rows, body.get("sorts", [])), body)
        return {**answer, "type": "page_or_data_source", "page_or_data_source": {}}

    def search(self, _: str, body: Json, __: Mapping[str, str]) -> Json:
        wanted = (body.get("filter") or {}).get("value")
        if wanted not in {None, "page", "data_source"}:
            raise Invalid("body.filter.value should be `page` or `data_source`.")
        kinds = [_KINDS[wanted]] if wanted else [Page, Source]
        words = body.get("query", "").casefold()
        found = [
            one
            for kind in kinds
            for one in self._world.every(kind)
            if self._is_listed(one) and words in _title(one).casefold()
        ]
        way = (body.get("sort") or {}).get("direction", "descending")
        latest = ordered(found, [{"timestamp": "last_edited_time", "direction": way}])
        return {
            **self._page_of(latest, body),
            "type": "page_or_data_source",
            "page_or_data_source": {},
        }

    def create_page(self, _: str, body: Json, __: Mapping[str, str]) -> Json:
        parent = body.get("parent") or {}
        if "data_source_id" in parent:
            above: Found | None = self._found("data_source", parent["data_source_id"])
        elif "database_id" in parent:
            database = self._found("database", parent["database_id"])
            above = next(one for one in self._world.every(Source) if one.above == database.id)
        elif "page_id" in parent:
            above = self._found("page", parent["page_id"])
        else:
            above = None
        page = Page(**self._world.stamp(self._account, above.id if above else None))
        if above is not None:
            self._editable(above)
        self._set_values(page, above, body.get("properties", {}))
        page.blocks = self._blocks(body.get("children", []), page.id)
        self._world.put(page)
        return self._wire.page(page)

    def get_page(self, identifier: str, _: Json, __: Mapping[str, str]) -> Json:
        return self._wire.page(self._found("page", identifier))

    def update_page(self, identifier: str, body: Json, _: Mapping[str, str]) -> Json:
        page = self._found("page", identifier)
        self._change_trash(page, body)
        self._set_values(page, self._world.things.get(page.above or ""), body.get("properties", {}))
        self._world.touch(page, ours=True)
        return self._wire.page(page)

    def get_block(self, identifier: str, _: Json, __: Mapping[str, str]) -> Json:
        return self._wire.block(self._found("block", identifier))

    def children(self, identifier: str, _: Json, query: Mapping[str, str]) -> Json:
        held = [one for one in self._held(identifier)[1] if not one.in_trash]
        return {**self._page_of(held, query), "type": "block", "block": {}}

    def append(self, identifier: str, body: Json, _: Mapping[str, str]) -> Json:
        above, held = self._held(identifier)
        self._editable(above)
        if not body["children"]:
            raise Invalid("body.children.length should be ≥ `1`, instead was `0`.")
        position = body.get("position") or {"type": "end"}
        after = body.get("after") or position.get("after_block", {}).get("id")
        place = 0 if position["type"] == "start" else len(held)
        if after is not None:
            ids = [one.id for one in held]
            if dashed(after) not in ids:
                raise Invalid("body.after: is not a child of the block.")
            place = ids.index(dashed(after)) + 1
        made = self._blocks(body["children"], above.id)
        held[place:place] = made
        self._world.touch(above, ours=True)
        results = [self._wire.block(one) for one in made]
        return {**as_list(results, None), "type": "block", "block": {}}

    def update_block(self, identifier: str, body: Json, _: Mapping[str, str]) -> Json:
        block = self._found("block", identifier)
        self._change_trash(block, body)
        if block.type in body:
            block.content = {**block.content, **body[block.type]}
        self._world.touch(block, ours=True)
        return self._wire.block(block)

    def delete_block(self, identifier: str, _: Json, __: Mapping[str, str]) -> Json:
        for kind in ("block", "page", "database"):
            thing = self._world.things.get(dashed(identifier))
            if isinstance(thing, _KINDS[kind]):
                self._change_trash(self._found(kind, identifier), {"in_trash": True})
                return self._wire.any(thing)
        raise _missing("block", identifier)

    def _found(self, kind: str, identifier: str) -> Any:
        thing = self._world.things.get(dashed(identifier))
        if not isinstance(thing, _KINDS[kind]) or not self._world.sees(self._account, thing):
            raise _missing(kind, identifier)
        return thing

    def _held(self, identifier: str) -> tuple[Page | Block, list[Block]]:
        thing = self._world.things.get(dashed(identifier))
        above = self._found("page" if isinstance(thing, Page) else "block", identifier)
        return above, above.blocks if isinstance(above, Page) else above.children

    def _editable(self, thing: Found) -> None:
        if thing.in_trash:
            message = "Can't edit block that is archived. You must unarchive the block before"
            raise Refusal(400, "validation_error", f"{message} editing.")
        if not self._world.lives(thing):
            message = "Can't edit page on block with an archived ancestor. You must unarchive the"
            raise Refusal(400, "validation_error", f"{message} ancestor before editing page.")

    def _change_trash(self, thing: Found, body: Json) -> None:
        """Into the trash or out of it; anything else needs it to be out."""
        wanted = body.get("in_trash", body.get("archived"))
        if wanted is not False:
            self._editable(thing)
        if wanted is not None:
            thing.in_trash = wanted
            self._world.touch(thing, ours=True)

    def _change_column(self, source: Source, key: str, change: Json | None) -> None:
        column = source.column(key)
        if column is not None and column.type == "title" and change is None:
            raise Invalid("Cannot delete the title property.")
        if change is None:
            if column is None:
                raise Invalid(f"{key} is not a property that exists.")
            source.columns.remove(column)
            source.dropped.append(column)
            return
        kind = kind_of(change)
        if column is None:
            check_columns({key: change}, whole=False)
            source.columns.append(self._world.new_column(key, kind, change[kind]))
            return
        column.name = change.get("name", column.name)
        if kind and kind != column.type:
            column.type, column.options = kind, change[kind]

    def _set_values(self, page: Page, above: Found | None, properties: Json) -> None:
        if isinstance(above, Source):
            # All or nothing: what is wrong is found before anything is set.
            for column, value in list(values(above, properties)):
                page.values[column.id] = copy.deepcopy(value)
                if column.type == "select" and value is not None:
                    _know_option(column.options, value)
        elif set(properties) - {"title"}:
            raise Invalid("body.properties: a page outside of a table has a title only.")
        elif properties:
            page.values["title"] = properties["title"]["title"]

    def _blocks(self, children: Sequence[Json], above: str) -> list[Block]:
        return [self._block(one, above) for one in children]

    def _block(self, child: Json, above: str) -> Block:
        kind = child.get("type") or next(one for one in child if one != "object")
        content = {name: part for name, part in child[kind].items() if name != "children"}
        block = Block(**self._world.stamp(self._account, above), type=kind, content=content)
        block.children = self._blocks(child[kind].get("children", []), block.id)
        self._world.put(block)
        return block

    def _is_listed(self, thing: Found) -> bool:
        is_old = thing.at + self.lag <= self._world.clock()
        return is_old and self._world.lives(thing) and self._world.sees(self._account, thing)

    def _page_of(self, things: Sequence[Found], asked: Mapping[str, Any]) -> Json:
        return portion(things, asked, self._wire.any)


def _missing(kind: str, identifier: str) -> Refusal:
    message = f"Could not find {kind} with ID: {dashed(identifier)}. Make sure the relevant pages"
    return Refusal(404, "object_not_found", f"{message} are shared with your integration.")


def _title(thing: Found) -> str:
    if isinstance(thing, Page):
        return plain(thing.values.get("title", []))
    return plain(thing.title) if isinstance(thing, Source | Database) else ""


def _know_option(options: Json, value: Json) -> None:
    """A name that is new becomes an option of the column."""
    known = options.setdefault("options", [])
    if value.get("name") not in [one["name"] for one in known]:
        known.append({"name": value["name"]})
