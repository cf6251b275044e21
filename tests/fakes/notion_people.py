"""What people do in their Notion by hand, without asking us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.notion_world import Block, Database, Page, Source, rich_text

if TYPE_CHECKING:
    from tests.fakes.notion_world import Column, Found, World
    from tests.fakes.oauth import Account


class People:
    """What people do in their workspaces by hand; mixed into the fake.

    A database may be left out where there is only one.
    """

    world: World
    accounts: dict[str, Account]

    @property
    def visitor(self) -> Account:
        raise NotImplementedError

    def database(self) -> Database:
        """The only database that is not in the trash."""
        [one] = [one for one in self.world.every(Database) if self.world.lives(one)]
        return one  # type: ignore[no-any-return]

    def source(self, database: Database | None = None) -> Source:
        """The table of a database."""
        base = database or self.database()
        return next(one for one in self.world.every(Source) if one.above == base.id)

    def share_page(self, title: str, account: Account | None = None) -> Page:
        """Make a page outside of any table and share it with the application."""
        stamp = self.world.stamp(account or self.visitor, None, ours=False)
        page = Page(**{**stamp, "is_shared": True}, values={"title": rich_text(title)})
        self.world.put(page)
        return page

    def unshare(self, thing: Found) -> None:
        thing.is_shared = False

    def rename_property(self, old: str, new: str, source: Source | None = None) -> None:
        self._column(old, source).name = new

    def delete_property(self, name: str, source: Source | None = None) -> None:
        table, column = source or self.source(), self._column(name, source)
        table.columns.remove(column)
        table.dropped.append(column)

    def add_property(self, name: str, kind: str = "rich_text", source: Source | None = None) -> str:
        """Add a column and return its id."""
        column = self.world.new_column(name, kind, {})
        (source or self.source()).columns.append(column)
        return column.id

    def retype_property(self, name: str, kind: str, source: Source | None = None) -> None:
        """Turn a column into one of another type; its values are lost."""
        table, column = source or self.source(), self._column(name, source)
        column.type, column.options = kind, {}
        for page in self.world.rows(table):
            page.values.pop(column.id, None)

    def rename_database(self, title: str, description: str = "") -> None:
        base = self.database()
        base.title, base.description = rich_text(title), rich_text(description)
        self.source(base).title = rich_text(title)

    def trash_database(self, database: Database | None = None) -> Database:
        base = database or self.database()
        base.in_trash = True
        return base

    def move_database(self, page: Page | None, database: Database | None = None) -> None:
        """Under a page, or to the top of the workspace (which shares it with nobody new)."""
        base = database or self.database()
        base.above = None if page is None else page.id
        base.is_shared = page is None

    def restore(self, thing: Found) -> None:
        """Bring something back from the trash."""
        thing.in_trash = False

    def purge(self, thing: Found) -> None:
        """Delete something for good."""
        thing.is_gone = True

    def trash_page(self, page: Page) -> None:
        page.in_trash = True
        self.world.touch(page, ours=False)

    def edit_page(self, page: Page, **columns: Any) -> None:
        """Write values by the columns' present names; they are text, numbers, or Notion's JSON."""
        source = self.world.source_of(page)
        for name, value in columns.items():
            column = source and source.column(name.replace("_", " "))
            assert column is not None, name
            is_text = column.type in {"title", "rich_text"}
            page.values[column.id] = rich_text(value) if is_text else value
        self.world.touch(page, ours=False)

    def add_page(self, title: str, source: Source | None = None) -> Page:
        """A row of the learner's own."""
        table = source or self.source()
        stamp = self.world.stamp(self.accounts[table.workspace], table.id, ours=False)
        page = Page(**stamp, values={"title": rich_text(title)})
        self.world.put(page)
        return page

    def move_page(self, page: Page, above: Page | Source) -> None:
        """Out of its table: under another page or into another table, where values are lost."""
        page.above, page.values = above.id, {"title": page.values.get("title", [])}
        self.world.touch(page, ours=False)

    def duplicate_page(self, page: Page) -> Page:
        """Copy a row with its values, the marker among them; the copy is the learner's."""
        assert page.above is not None
        stamp = self.world.stamp(self.accounts[page.workspace], page.above, ours=False)
        copy = Page(**stamp, values=dict(page.values))
        self.world.put(copy)
        return copy

    def add_block(self, above: Page | Block, text: str, *, first: bool = False) -> Block:
        """Write a paragraph on a page or into a block."""
        stamp = self.world.stamp(self.accounts[above.workspace], above.id, ours=False)
        block = Block(**stamp, type="paragraph", content={"rich_text": rich_text(text)})
        held = above.blocks if isinstance(above, Page) else above.children
        held.insert(0 if first else len(held), block)
        self.world.put(block)
        self.world.touch(block, ours=False)
        return block

    def trash_block(self, block: Block) -> None:
        block.in_trash = True
        self.world.touch(block, ours=False)

    def _column(self, name: str, source: Source | None) -> Column:
        column = (source or self.source()).column(name)
        assert column is not None, name
        return column
