"""`learnbase edge`: the HTTP edge."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="The HTTP edge: files, calendar feeds, would a plan fit?",
    no_args_is_help=True,
    add_completion=False,
)
_GRACE = 20  # seconds for what is being answered when it is stopped


@app.callback()
def _edge() -> None:
    """The HTTP edge: files, calendar feeds, would a plan fit?"""


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Where to listen; 0.0.0.0 is everywhere.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 8000,
) -> None:
    """Serve until stopped (SIGTERM or Ctrl-C); what is being answered is finished."""
    import logging  # noqa: PLC0415 - keeps --help quick
    import signal  # noqa: PLC0415
    import socket  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415 - slow to import

    from learnbase import log, settings  # noqa: PLC0415
    from learnbase.edge.app import create  # noqa: PLC0415 - slow to import
    from learnbase.errors import UsageError  # noqa: PLC0415

    current = settings.load()
    edge = create(current)
    log.set_up(current.secrets())
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=1024)
        # Connections take it from their listener; without it head and body of a short answer lie
        # 40 ms apart, for asyncio sees to it only where it has opened the listener itself.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as problem:
        raise UsageError(
            f"Cannot listen at {host}, port {port}: {problem.strerror}",
            remedy="Choose another --port, or stop what listens there",
            field="--port",
        ) from problem
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    server = uvicorn.Server(
        uvicorn.Config(
            edge,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="on",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE,
        )
    )
    # uvicorn raises the signal again once it has ended in order: an end in order is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    log.get_log(__name__).info("edge_serving", url=url)
    server.run(sockets=[listener])
