"""`learnbase doctor`: what works, what does not, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from learnbase.cli.check import Check

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from learnbase.services.database import Database
    from learnbase.settings import Settings

_TOO_OLD = 300  # seconds that a job may wait before somebody should look for the workers


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Look at settings, keys, migrations, queues, the stack; exit code 1 if one is amiss."""
    import asyncio  # noqa: PLC0415 - keeps --help quick

    checks = asyncio.run(_examine())
    if as_json:
        import json  # noqa: PLC0415 - only here

        typer.echo(json.dumps([asdict(check) for check in checks], indent=2, ensure_ascii=False))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            typer.echo(f"{'✓' if check.ok else '✗'} {check.name:<{width}}  {check.found}")
            if check.remedy and not check.ok:
                typer.echo(f"  {'':<{width}}  → {check.remedy}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


async def _examine() -> list[Check]:
    from learnbase import settings  # noqa: PLC0415 - slow to import
    from learnbase.errors import SettingError  # noqa: PLC0415

    try:
        current = settings.load()
    except SettingError as problem:
        return [_wrong("settings", problem)]
    checks = [*_settings(current), *_stack()]
    checks += [check async for check in _project(current)]
    return checks


def _settings(current: Settings) -> Iterator[Check]:
    from learnbase.errors import SettingError  # noqa: PLC0415 - keeps --help quick

    for name, access in (
        ("secret key", current.service_access),
        ("publishable key", current.public_access),
    ):
        try:
            yield Check(name, ok=True, found=f"set, for {access().url}")
        except SettingError as problem:
            yield _wrong(name, problem)
    if current.openai_api_key is None:
        yield Check("planner", ok=True, found="built-in (OPENAI_API_KEY is not set)")
    else:
        found = f"{current.openai_model} at {current.openai_base_url} ({current.model_api})"
        yield Check("planner", ok=True, found=found)
    yield from _accounts(current)
    yield _mail(current)


def _accounts(current: Settings) -> Iterator[Check]:
    from learnbase.errors import SettingError  # noqa: PLC0415 - keeps --help quick
    from learnbase.security.sealing import Keyring  # noqa: PLC0415 - slow to import

    for provider in ("notion", "google"):
        wanted = (
            "TOKEN_KEYS",
            f"{provider.upper()}_CLIENT_ID",
            f"{provider.upper()}_CLIENT_SECRET",
        )
        lacking = current.lacks(wanted)
        # All of it or nothing: TOKEN_KEYS alone serves both.
        begun = not set(wanted[1:]) <= set(lacking)
        found = "not set up" if not begun else "set up"
        if lacking and begun:
            remedy = "Set it, or take the rest away (see .env.example)"
            yield Check(provider, ok=False, found=f"{lacking[0]} is not set", remedy=remedy)
        else:
            yield Check(provider, ok=True, found=found)
    if current.token_keys is not None:
        try:
            Keyring.parse(current.token_keys.get_secret_value())
        except SettingError as problem:
            yield _wrong("token keys", problem)


def _mail(current: Settings) -> Check:
    from urllib.parse import urlsplit  # noqa: PLC0415 - only here

    of_the_service = ("RESEND_API_KEY", "MAIL_FROM", "RESEND_WEBHOOK_SECRET")
    lacking = current.lacks((*of_the_service, "TOKEN_KEYS", "EDGE_URL", "SITE_URL"))
    if set(of_the_service) <= set(lacking):
        return Check("mail", ok=True, found="not set up")
    if lacking:
        remedy = "Set it, or take the rest away (see .env.example)"
        return Check("mail", ok=False, found=f"{lacking[0]} is not set", remedy=remedy)
    edge = urlsplit(current.edge_url or "")
    if edge.scheme != "https" and edge.hostname not in {"localhost", "127.0.0.1", "::1"}:
        remedy = "Give it as https://…: mail programs unsubscribe at no other address (RFC 8058)"
        return Check("mail", ok=False, found="EDGE_URL is not https", remedy=remedy)
    return Check("mail", ok=True, found=f"set up, from {current.mail_from}")


def _stack() -> Iterator[Check]:
    import os  # noqa: PLC0415 - only here

    from learnbase.settings import stack_file  # noqa: PLC0415 - slow to import

    if os.environ.get("SUPABASE_URL") or not stack_file().exists():
        return
    try:
        from learnbase.stack import Stack  # noqa: PLC0415 - production does not have it
    except ImportError:
        return
    for part in Stack(stack_file().parent).status():
        remedy = "Start it with: make stack (what it says: learnbase stack logs)"
        running = part.state == "running"
        yield Check(f"stack: {part.name}", running, f"{part.state}, {part.url}", remedy)


async def _project(current: Settings) -> AsyncIterator[Check]:
    from learnbase.cli.health import platform  # noqa: PLC0415 - slow to import
    from learnbase.errors import LearnbaseError, SettingError  # noqa: PLC0415
    from learnbase.jobs.contract import lease_seconds, meet  # noqa: PLC0415
    from learnbase.services.database import Database  # noqa: PLC0415
    from workers import JOBS, NEEDS  # noqa: PLC0415

    try:
        access = current.service_access()
    except SettingError:
        return
    async with Database(access) as database:
        try:
            await meet(database)
            for queue in JOBS:
                await lease_seconds(database, queue)
            yield Check("worker schema", ok=True, found="reachable, migrated, and of this version")
        except LearnbaseError as problem:
            yield _wrong("worker schema", problem)
            return
        yield await _public_schema(current)
        async for check in _queues(current, database):
            yield check
        writes = not current.lacks(NEEDS["write_letters"])
        async for check in platform(access, database, writes=writes):
            yield check


async def _public_schema(current: Settings) -> Check:
    import httpx  # noqa: PLC0415 - slow to import

    from learnbase.errors import SettingError  # noqa: PLC0415 - keeps --help quick

    remedy = "Add public to the exposed schemas (Settings, API), and check the publishable key"
    try:
        access = current.public_access()
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            answer = await http.get(
                f"{access.url}/rest/v1/learning_plans",
                params={"limit": "0"},
                headers={"apikey": access.publishable_key, "Accept-Profile": "public"},
            )
    except SettingError:
        return Check("public schema", ok=False, found="not looked at", remedy="Set the key above")
    except httpx.HTTPError as problem:
        return Check("public schema", ok=False, found=str(problem), remedy=remedy)
    # Without a person's token the table is closed, which tells that it is there.
    code = "" if answer.is_success else str(answer.json().get("code"))
    there = answer.is_success or code == "42501"
    found = "exposed, closed to strangers" if there else f"{answer.status_code} {code}"
    return Check("public schema", there, found, remedy)


async def _queues(current: Settings, database: Database) -> AsyncIterator[Check]:
    from workers import NEEDS  # noqa: PLC0415 - as JOBS above

    for row in await database.call("queue_depths"):
        age = row["oldest_seconds"] or 0
        stuck = age > _TOO_OLD and row["visible"] > 0
        found = f"{row['waiting']} waiting, the oldest for {age} s" if row["waiting"] else "empty"
        lacking = current.lacks(NEEDS.get(row["queue"], ()))
        if row["waiting"] and lacking:
            # What is not set up here waits for whoever sets it up.
            found += f"; {lacking[0]} is not set here"
        yield Check(
            f"queue {row['queue']}",
            bool(lacking) or not stuck,
            found,
            "Nobody seems to take these jobs: run learnbase work",
        )
        yield Check(
            f"dead letters of {row['queue']}",
            not row["dead"],
            str(row["dead"] or "none"),
            "See why: learnbase jobs list; then: learnbase jobs requeue ID",
        )


def _wrong(name: str, problem: Any) -> Check:
    return Check(name, ok=False, found=problem.message, remedy=problem.remedy)
