"""The types of the database for those who program against it, in Python and in TypeScript.

The Supabase CLI generates them; they are checked in, so that a change of the schema shows as a
change of the types. `make types` writes them anew; `test_generated_types` compares.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from learnbase.stack import Stack, migrations, programs

PROJECT = Path(__file__).parents[2]
PYTHON = PROJECT / "src" / "learnbase" / "database_types.py"
TYPESCRIPT = PROJECT / "supabase" / "types" / "database.ts"

_MADE_BY = "Generated from the schema by `make types`; change a migration instead."
_DOCSTRING = f'''"""The rows of the database, as the API shows and takes them.

{_MADE_BY}
"""

# ruff: noqa: D101, ICN001, TC003 - written by a program
'''

# The generator leaves the layout to others; TypeScript's own printer has one.
_PRINT = """
const ts = require("typescript");
const text = require("fs").readFileSync(0, "utf8");
const file = ts.createSourceFile("database.ts", text, ts.ScriptTarget.Latest, false);
const printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed });
process.stdout.write(printer.printFile(file));
"""


def generate(database_url: str) -> dict[Path, str]:
    """Answer what each file should say for the schema that a database has."""
    python = _DOCSTRING + _supabase("python", database_url)
    for command in (["check", "--fix", "--quiet", "--select", "F401,I,UP"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(PYTHON), "-"]
        python = _run(ruff, python)
    typescript = _run(["node", "-e", _PRINT], _supabase("typescript", database_url))
    return {PYTHON: python, TYPESCRIPT: f"// {_MADE_BY}\n\n{typescript}"}


def _supabase(language: str, database_url: str) -> str:
    with tempfile.TemporaryDirectory() as cli_home:
        return _run(
            [
                *(str(programs.supabase_cli()), "gen", "types", "--lang", language),
                *(f"--remote={database_url}", "--schema", "public,worker", "--agent", "no"),
            ],
            env=migrations.environment(Path(cli_home)),
        )


def _run(command: list[str], text: str = "", env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, cwd=PROJECT, env=env, check=False
    )
    if done.returncode:
        sys.exit(f"{shlex.join(command[:4])} … failed:\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Write the files, from a database with the migrations as they are now."""
    stack = Stack()
    url = stack.fresh_database("types")
    try:
        files = generate(url)
    finally:
        stack.drop_database("types")
    for file, text in files.items():
        is_new = not file.exists() or file.read_text() != text
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        print("wrote" if is_new else "kept ", file.relative_to(PROJECT))  # noqa: T201


if __name__ == "__main__":
    main()
