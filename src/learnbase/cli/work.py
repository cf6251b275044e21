"""`learnbase work`: take jobs from the queues and do them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

_MOST_CONNECTIONS = 16

if TYPE_CHECKING:
    from learnbase.jobs import Runner, Work
    from learnbase.settings import ServiceAccess, Settings


def work(
    jobs: Annotated[
        list[str] | None, typer.Argument(metavar="[JOB]...", help="Which jobs; by default all.")
    ] = None,
    drain: Annotated[
        bool, typer.Option("--drain", help="Stop when nothing is left that can be taken now.")
    ] = False,
    concurrency: Annotated[
        int, typer.Option(min=1, max=1000, help="How many jobs at a time.")
    ] = 10,
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds that jobs in hand have once it is stopped.")
    ] = 25.0,
) -> None:
    """Take jobs until stopped (SIGTERM or Ctrl-C; a second one hands back at once)."""
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from learnbase import log, settings  # noqa: PLC0415

    current = settings.load()
    chosen = _chosen(jobs, current)
    access = current.service_access()
    log.set_up([*current.secrets(), access.secret_key])
    limits = {"slots": concurrency, "grace": grace, "drain": drain}
    asyncio.run(_work(current, access, chosen, limits))


async def _work(
    settings: Settings,
    access: ServiceAccess,
    chosen: dict[str, Work[Any, Any]],
    limits: dict[str, Any],
) -> None:
    from learnbase.jobs import Reach, Runner  # noqa: PLC0415 - slow to import
    from learnbase.services.accounts import Accounts  # noqa: PLC0415
    from learnbase.services.database import Database  # noqa: PLC0415
    from learnbase.services.llm import model_of  # noqa: PLC0415
    from learnbase.services.mailing import Post, addresses_of  # noqa: PLC0415
    from learnbase.services.web import Web  # noqa: PLC0415
    from workers.deps import Deps  # noqa: PLC0415

    # Beside each job's own call there may be its heartbeat. More than the API has connections to
    # its database would only wait there, and the client looks through all of them at each request.
    connections = min(2 * limits["slots"] + 4, _MOST_CONNECTIONS)
    async with (
        Database(access, connections=connections) as database,
        Web(contact=settings.links_contact) as web,
    ):
        reach = Reach(database)
        model = model_of(settings)
        accounts = Accounts.of(settings, reach)
        post = Post.of(settings)
        deps = Deps(
            database=reach,
            web=web,
            model=model,
            accounts=accounts,
            leads=addresses_of(settings),
            mail=post,
        )
        runner = Runner(chosen, reach, deps, **limits)
        _listen(runner)
        try:
            await runner.run()
        finally:
            for opened in (model, accounts, post):
                if opened is not None:
                    await opened.close()


def _listen(runner: Runner) -> None:
    import asyncio  # noqa: PLC0415 - keeps --help quick
    import signal  # noqa: PLC0415

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, runner.stop)


def _chosen(names: list[str] | None, settings: Settings) -> dict[str, Work[Any, Any]]:
    """What was named, or all that is set up.

    Raises:
        UsageError: there is no such job.
        SettingError: one that was named lacks a setting.
    """
    from importlib import import_module  # noqa: PLC0415 - keeps --help quick

    from learnbase.errors import SettingError, UsageError  # noqa: PLC0415
    from workers import JOBS, NEEDS  # noqa: PLC0415

    for name in names or ():
        if name not in JOBS:
            raise UsageError(
                f"There is no job {name}", remedy=f"The jobs: {', '.join(JOBS)}", field="JOB"
            )
        for setting in settings.lacks(NEEDS.get(name, ())):
            raise SettingError(
                f"{setting} is not set, and {name} needs it",
                remedy="Set it (see .env.example), or leave the job to another worker",
                field=setting,
            )
    ready = names or [name for name in JOBS if not settings.lacks(NEEDS.get(name, ()))]
    return {name: import_module(JOBS[name]).WORK for name in dict.fromkeys(ready)}
