"""The processes of one stack: which run, which should, and how they begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.stack import parts
from learnbase.stack.errors import StackStopped
from learnbase.stack.postgres import Postgres
from learnbase.stack.processes import Process, Register, strays
from learnbase.stack.progress import Progress

if TYPE_CHECKING:
    from learnbase.stack.home import Home
    from learnbase.stack.parts import Part


class Crew:
    """Starts, finds and ends the processes of a home."""

    def __init__(self, home: Home, postgres: Postgres) -> None:
        """Belong to ``home``, with its server."""
        self._home = home
        self._postgres = postgres
        self.register = Register(home.run)

    def require(self, name: str) -> Process:
        """The process of that name.

        Raises:
            StackStopped: It does not run.
        """
        process = self.register.find(name)
        if process is None:
            raise StackStopped(f"{name} is not running.", remedy="learnbase stack start")
        return process

    def is_right(self, part: Part) -> bool:
        """Whether the part answers, and was started with what it would be started with now."""
        process = self.register.find(part.name)
        return process is not None and process.purpose == part.purpose and part.answers()

    def run(self, wanted: list[Part], progress: Progress | None = None) -> None:
        """Start parts side by side, in place of those of the same names, and wait for each."""
        if not wanted:
            return
        progress = progress or Progress()
        titles = [part.title for part in wanted]
        with progress.step(f"Starting {', '.join(titles)}"):
            launched = []
            for part in wanted:
                self.end(part.name)
                heard = part.log.stat().st_size if part.log.exists() else 0
                process = part.launch()
                self.register.write(part.name, process)
                launched.append((part, process, heard))
            for part, process, heard in launched:
                part.wait(process, heard)

    def end(self, name: str) -> None:
        """End the process of that name, if it runs, and forget it."""
        process = self.register.find(name)
        if process and name == "postgres":
            Postgres.stop(process)
        elif process:
            process.end()
        self.register.forget(name)

    def end_strays(self) -> None:
        """End parts of this very stack that nobody wrote down: they hold its ports."""
        processes = (self.register.find(name) for name in self.register.names())
        known = {process.pid for process in processes if process}
        for stray in strays(f"{parts.MARK}={self._home.path}", known):
            stray.end()
        if self.register.find("postgres") is None:
            self._postgres.settle_lock_file()
