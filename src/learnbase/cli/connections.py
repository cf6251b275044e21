"""`learnbase connections`: accounts at other services; and the keys that seal their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from learnbase.cli.output import AsJson, print_json
from learnbase.cli.session import person_api
from learnbase.errors import SettingError

if TYPE_CHECKING:
    from learnbase.settings import ServiceAccess

app = typer.Typer(
    help="Accounts at Notion and Google: see them, end them; and the keys that seal their tokens.",
    no_args_is_help=True,
    add_completion=False,
)
_COLUMNS = "provider,account_name,status,scopes,last_used_at,error"


@app.command("list")
def list_connections(as_json: AsJson = False) -> None:
    """Show which accounts I have connected, and how they stand."""
    with person_api() as api:
        found = api.rows("connections", select=_COLUMNS)
    if as_json:
        print_json(found)
        return
    from learnbase.cli.plan_page import plain  # noqa: PLC0415 - slow to import

    for row in sorted(found, key=lambda row: row["provider"]):
        used = f", last used {row['last_used_at'][:10]}" if row["last_used_at"] else ""
        typer.echo(f"{row['provider']:<8}{plain(row['account_name'])}: {row['status']}{used}")
    if not found:
        typer.echo("No account is connected. A page connects one: see docs/frontend.md")


@app.command()
def end(
    provider: Annotated[Literal["notion", "google"], typer.Argument(help="Which.")],
) -> None:
    """End a connection: revoked at the service, its tokens forgotten; what was exported stays."""
    with person_api() as api:
        api.call("disconnect", provider=provider)
    typer.echo(f"The connection to {provider} is being ended.")


@app.command()
def reseal() -> None:
    """Seal all tokens with the newest of TOKEN_KEYS, so that older keys can be dropped."""
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from learnbase import settings  # noqa: PLC0415

    current = settings.load()
    if current.token_keys is None:
        raise SettingError(
            "TOKEN_KEYS is not set", remedy="Set it (see .env.example)", field="TOKEN_KEYS"
        )
    done = asyncio.run(_reseal(current.token_keys.get_secret_value(), current.service_access()))
    typer.echo(f"{done} connections sealed anew.")


async def _reseal(keys: str, access: ServiceAccess) -> int:
    from learnbase.security.sealing import Keyring  # noqa: PLC0415 - slow to import
    from learnbase.services.connections import reseal_all  # noqa: PLC0415
    from learnbase.services.database import Database  # noqa: PLC0415

    async with Database(access) as database:
        return await reseal_all(database, Keyring.parse(keys))
