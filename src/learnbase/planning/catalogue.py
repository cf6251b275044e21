"""Every page the curricula point to, once: the seed of the shared catalogue.

`python -m learnbase.planning.catalogue` prints it as the JSON that lies beside the curricula.
"""

import json
import sys
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from learnbase.planning.canonical_url import domain
from learnbase.planning.curriculum import curricula
from learnbase.planning.roadmap import Address, ResourceType
from learnbase.planning.text import Title


class Resource(BaseModel):
    """A row of the catalogue; not checked yet, so it has no `checked_at`.

    Attributes:
        domain: The site, without `www.`.
        tags: The subjects that use it, by slug, sorted.
    """

    model_config = ConfigDict(frozen=True)

    type: ResourceType
    title: Title
    url: Address
    domain: str
    author: Title | None
    tags: Annotated[tuple[str, ...], Field(min_length=1)]


def catalogue() -> tuple[Resource, ...]:
    """Return all pages by address, each once; the first subject that names a page titles it."""
    found: dict[str, Resource] = {}
    for slug, curriculum in curricula().items():
        for page in curriculum.resources.values():
            known = found.get(page.url)
            found[page.url] = Resource(
                type=known.type if known else page.type,
                title=known.title if known else page.title,
                url=page.url,
                domain=domain(page.url),
                author=known.author if known and known.author else page.author,
                tags=tuple(sorted({*(known.tags if known else ()), slug})),
            )
    return tuple(found[url] for url in sorted(found))


def catalogue_json() -> str:
    """Return the catalogue as a JSON array, a line a page."""
    lines = (json.dumps(page.model_dump(mode="json"), ensure_ascii=False) for page in catalogue())
    return "[\n" + ",\n".join(lines) + "\n]\n"


if __name__ == "__main__":
    sys.stdout.write(catalogue_json())
