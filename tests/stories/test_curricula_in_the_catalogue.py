"""The built-in curricula link to nothing that the shared catalogue does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.planning.catalogue import catalogue

if TYPE_CHECKING:
    from tests.world import World


def test_every_page_of_the_curricula_is_in_the_catalogue_and_not_yet_checked(world: World) -> None:
    rows = world.sql("select url, domain, checked_at from public.resources")
    kept = {row["url"]: row for row in rows}
    for resource in catalogue():
        assert resource.url in kept, f"{resource.url} needs a migration that adds it"
        assert kept[resource.url]["domain"] == resource.domain
        assert kept[resource.url]["checked_at"] is None
