"""`learnbase login`, `logout` and `user`: signing in, and what an operator sets for somebody."""

from __future__ import annotations

from typing import Annotated

import typer

user = typer.Typer(
    help="What an operator sets for somebody.", no_args_is_help=True, add_completion=False
)


@user.callback()
def _user() -> None:
    """What an operator sets for somebody."""


def login(
    email: Annotated[str, typer.Argument(help="The address of the account.")],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            envvar="LEARNBASE_PASSWORD",
            help="Asked for if left out; LEARNBASE_PASSWORD where there is no terminal.",
        ),
    ],
) -> None:
    """Sign in, so that plan acts as this person."""
    from learnbase.cli import session  # noqa: PLC0415 - keeps --help quick
    from learnbase.services.person import Auth  # noqa: PLC0415
    from learnbase.settings import public_access  # noqa: PLC0415

    access = public_access()
    session.keep(
        access.url, email, Auth(access.url, access.publishable_key).sign_in(email, password)
    )
    typer.echo(f"Signed in as {email}.")


def logout() -> None:
    """Forget who signed in."""
    from learnbase.cli import session  # noqa: PLC0415 - keeps --help quick

    typer.echo("Signed out." if session.forget() else "Nobody was signed in.")


@user.command()
def tier(
    email: Annotated[str, typer.Argument(help="The person's confirmed address.")],
    tier: Annotated[str, typer.Argument(help="free or pro")],
) -> None:
    """Put somebody into a tier."""
    from learnbase.errors import NotFound, UsageError  # noqa: PLC0415 - keeps --help quick
    from learnbase.services.people import set_tier  # noqa: PLC0415
    from learnbase.settings import service_access  # noqa: PLC0415

    if tier not in ("free", "pro"):
        raise UsageError(f"{tier} is not a tier", remedy="Say free or pro", field="tier")
    if not set_tier(service_access(), email, tier):
        raise NotFound(
            f"Nobody has confirmed the address {email}",
            remedy="Check the spelling; an unconfirmed address belongs to nobody yet",
            field="email",
        )
    typer.echo(f"{email} is {tier} now.")
