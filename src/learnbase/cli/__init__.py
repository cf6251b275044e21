"""The command line: `learnbase …`.

Commands are listed here and imported when they run, so that `learnbase --help` stays quick.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

if TYPE_CHECKING:
    from collections.abc import Sequence

# name: (module, function or Typer app in it, what --help says)
COMMANDS = {
    "demo": ("demo", "demo", "Show the main job on the local stack."),
    "stack": ("stack", "app", "The local Supabase: start, stop, reset, status, logs."),
    "login": ("people", "login", "Sign in, so that plan acts as this person."),
    "logout": ("people", "logout", "Forget who signed in."),
    "plan": ("plan", "app", "Ask for a plan, follow it, read it; as whoever signed in."),
    "export": ("export", "export", "A plan as a file, or in Notion or Google Calendar."),
    "connections": ("connections", "app", "Accounts at Notion and Google, and their keys."),
    "work": ("work", "work", "Take jobs until stopped; --drain: until none is left."),
    "edge": ("edge", "app", "The HTTP edge: files, calendar feeds, would a plan fit?"),
    "jobs": ("jobs", "app", "The queues, and the jobs that were given up."),
    "cron": ("cron", "app", "What runs by the clock, run from here."),
    "mail": ("mail", "app", "The letters, to look at."),
    "eval": ("evaluation", "evaluate", "Put fixed briefs to the model: how well does it plan?"),
    "prices": ("money", "prices", "What models cost."),
    "limits": ("money", "limits", "What the whole platform affords."),
    "user": ("people", "user", "What an operator sets for somebody."),
    "doctor": ("doctor", "doctor", "Say what works, what does not, and what to do about it."),
}


class _LazyGroup(TyperGroup):
    """A group that imports a command when it is called, and knows its line of help before."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as inherited
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as inherited
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][2])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, name and _imported(name), rest


app = typer.Typer(
    cls=_LazyGroup,
    help="Learnbase: the Supabase backend of a learning platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # two thirds of the time that the list of commands would take
)


@app.callback()
def _learnbase() -> None:
    """Learnbase: the Supabase backend of a learning platform."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; say a known error in a sentence, with what to do about it."""
    from learnbase.errors import LearnbaseError  # noqa: PLC0415 - beside what uses it

    try:
        app(args=arguments, prog_name="learnbase")
    except LearnbaseError as error:
        remedy = f" {_sentence(error.remedy)}" if error.remedy else ""
        print(f"{_sentence(error.message)}{remedy}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever read us has seen enough
        sys.stderr.close()
        sys.exit(1)


def _imported(name: str) -> Any:
    module, attribute, summary = COMMANDS[name]
    found = getattr(import_module(f"learnbase.cli.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False)
        alone.command(name, help=found.__doc__ or summary)(found)
        found = alone
    return get_command(found)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."
