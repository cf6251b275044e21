"""The JSON Schema of an exported plan.

`python -m learnbase.exporting.schema > docs/plan.schema.json` publishes it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from learnbase.exporting.document import VERSION, Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the schema of what `document.document` writes."""
    made = Document.model_json_schema(mode="serialization")
    for part in (made, *made["$defs"].values()):
        # Everything is written, null or not: a reader need not ask whether it is there.
        part["required"] = list(part["properties"])
        for field in part["properties"].values():
            field.pop("default", None)
            field.pop("title", None)
    identity = {"$schema": DIALECT, "$id": f"urn:learnbase:schema:plan:{VERSION}"}
    return identity | made | {"title": "Learnbase plan"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
