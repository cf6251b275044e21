"""A database with the migrations and nothing else, for tests that look at the schema itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack


@pytest.fixture(scope="package")
def schema_url(stack: Stack) -> Iterator[str]:
    yield stack.fresh_database("schema_alone")
    stack.drop_database("schema_alone")


@pytest.fixture
def schema(schema_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A transaction in it, as the role that owns the schema; nothing of it stays.

    Without a search path, so that the catalogue answers with whole names.
    """
    with psycopg.connect(schema_url, row_factory=dict_row) as connection:
        connection.execute("set local search_path = ''")
        yield connection
        connection.rollback()
