"""Loopback ports: which are free, and who has one."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from learnbase.stack.errors import StackError

HOST = "127.0.0.1"
# Below the range from which systems take the ports of outgoing connections, so that a port is
# still free when a part that was stopped comes back for it.
RANGE = range(20_000, 32_000)
_ATTEMPTS = 500


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose(taken: set[int]) -> int:
    """Choose a free port that is not in ``taken``.

    Raises:
        StackError: Hundreds were tried, and none was free.
    """
    for _ in range(_ATTEMPTS):
        port = random.choice(RANGE)  # noqa: S311 - not a secret
        if port not in taken and is_free(port):
            return port
    raise StackError(
        f"No free port was found between {RANGE.start} and {RANGE.stop}.",
        remedy="Stop what listens on so many ports, or set LEARNBASE_PORT.",
    )


def holder(port: int) -> str | None:
    """Say who listens on the port ("node, process 4711"), where the system tells."""
    inode = _listening_inode(port)
    if inode is None:
        return None
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(descriptor.readlink()) == f"socket:[{inode}]":
                process = descriptor.parents[1]
                return f"{(process / 'comm').read_text().strip()}, process {process.name}"
        except OSError:  # it ended, or is somebody else's
            continue
    return None


def _listening_inode(port: int) -> str | None:
    listening = "0A"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port:
                return fields[9]
    return None
