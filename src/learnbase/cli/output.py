"""What programs read."""

from __future__ import annotations

from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def print_json(body: Any) -> None:
    """Print it as JSON, as people may read it too."""
    import json  # noqa: PLC0415 - keeps --help quick

    typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
