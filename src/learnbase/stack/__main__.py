"""`python -m learnbase.stack`: the same commands where the `learnbase` script is not installed."""

from __future__ import annotations

import sys

from learnbase.cli.stack import app
from learnbase.errors import LearnbaseError


def main() -> None:
    """Run a command; say a known error in a sentence, with what to do about it."""
    try:
        app(prog_name="python -m learnbase.stack")
    except LearnbaseError as error:
        remedy = f"\n{error.remedy}" if error.remedy else ""
        print(f"{error.message}{remedy}", file=sys.stderr)  # noqa: T201 - it is a command line
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
