"""Migrations go in the way they do on hosted Supabase: by the Supabase CLI's `db push`."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from learnbase.stack import programs, room
from learnbase.stack.errors import MigrationFailed

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 300.0
_VERSION = re.compile(r"^(\d+)_.+\.sql$")


def versions(project: Path) -> list[str]:
    """The versions of the migrations that lie in a project, in their order."""
    found = (_VERSION.match(file.name) for file in (project / "supabase/migrations").glob("*.sql"))
    return sorted(match.group(1) for match in found if match)


def push(project: Path, url: str, *, seed: bool, cli_home: Path) -> str:
    """Apply the migrations that a database does not have yet.

    Args:
        project: The folder with ``supabase/`` in it.
        url: The database, as the role postgres.
        seed: Whether to run the seed as well.
        cli_home: Where the CLI keeps its own files.

    Returns:
        What the CLI said.

    Raises:
        MigrationFailed: The CLI refused, with its own words.
    """
    command = [
        *(str(programs.supabase_cli()), "db", "push", "--workdir", str(project)),
        *(f"--remote={url}", "--yes", "--agent", "no", "--include-all"),
    ]
    if seed:
        command.append("--include-seed")
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment(cli_home),
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MigrationFailed(
            f"The migrations were not applied within {_PATIENCE:.0f} seconds.",
            remedy="Look for a migration that waits for a lock (`learnbase stack logs postgres`).",
        ) from error
    said = (done.stdout + done.stderr).strip()
    if done.returncode and room.is_wanting(said):
        raise room.full(cli_home.parent)
    if done.returncode:
        raise MigrationFailed(
            f"The migrations could not be applied:\n{said}",
            remedy="Correct the migration and start again; what was applied before it stays. "
            "Where migrations that were applied have changed since (until the first release they "
            "may), make a new database: make stack-reset.",
        )
    return said


def environment(cli_home: Path) -> dict[str, str]:
    """The CLI's environment: it sends nothing, asks nothing and looks for no update."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "SUPABASE_HOME": str(cli_home),
        "SUPABASE_TELEMETRY_DISABLED": "1",
        "SUPABASE_NO_UPDATE_NOTIFIER": "1",
        "SUPABASE_NO_KEYRING": "1",
        "DO_NOT_TRACK": "1",
        "PGSSLMODE": "disable",
        "NO_COLOR": "1",
    }
