"""`learnbase mail`: the letters, to look at."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from learnbase.errors import UsageError

app = typer.Typer(help="The letters, to look at.", no_args_is_help=True, add_completion=False)


@app.callback()
def _mail() -> None:
    """The letters, to look at."""


@app.command()
def preview(  # noqa: PLR0917 - one for each thing that can be said of it
    kind: Annotated[str, typer.Argument(help="Which, such as weekly_summary.")],
    show: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    locale: Annotated[str, typer.Option(help="Whose dates and numbers: en-GB, de, pt-BR.")] = "en",
    text: Annotated[bool, typer.Option("--text", help="The plain words instead of HTML.")] = False,
    time_zone: Annotated[str, typer.Option(help="At whose clock.")] = "Europe/Berlin",
    context: Annotated[
        Path | None, typer.Option(help="A JSON file with what it is made of; else the example.")
    ] = None,
) -> None:
    """Print a letter as it would be sent, made of its example; its links lead nowhere."""
    from learnbase import digest  # noqa: PLC0415 - slow to import

    made_of = digest.example(kind) if context is None else _read(context)
    letter = digest.render(
        kind,
        made_of,
        locale=locale,
        time_zone=time_zone,
        now=dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC),  # the Monday of the examples
        links={
            name: f"https://learnbase.example/letters/{name.replace(':', '/')}"
            for name in digest.links_needed(kind, made_of)
        },
    )
    typer.echo(f"Subject: {letter.subject}\nPreheader: {letter.preheader}\n", err=True)
    if show:
        typer.echo(_open(kind, letter.text if text else letter.html, "txt" if text else "html"))
    else:
        typer.echo(letter.text if text else letter.html, nl=False)


def _read(file: Path) -> dict[str, object]:
    import json  # noqa: PLC0415 - only here

    try:
        read = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(
            f"{file} cannot be read: {problem}", remedy="Name a file with a JSON object"
        ) from None
    if not isinstance(read, dict):
        raise UsageError(f"{file} holds no JSON object", remedy="See the kind's example.json")
    return read


def _open(kind: str, content: str, extension: str) -> str:
    import tempfile  # noqa: PLC0415 - only here
    import webbrowser  # noqa: PLC0415

    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=f"{kind}.", suffix=f".{extension}", delete=False
    ) as file:
        file.write(content)
    place = Path(file.name)
    if not webbrowser.open(place.as_uri()):
        return f"No browser was found: open {place}"
    return f"Opened {place}"
