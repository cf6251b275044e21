"""Workers at their places: real processes, killed, stopped and replaced from outside."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from learnbase.stack.processes import Process, spawn

if TYPE_CHECKING:
    import random
    from pathlib import Path

SLOTS = 4
_RIPE = (0.05, 0.9)  # seconds after its first look into the queue that a worker lives at least
_AWAKE = 1.5  # seconds that who was woken lives at least


@dataclass
class Life:
    """One process at a place, from its start to its end."""

    process: Process
    log: Path
    ripe_after: float
    serving_since: float | None = None
    ended: str = ""
    killed_at: float | None = None

    @property
    def is_serving(self) -> bool:
        """Whether it has begun to take jobs."""
        if self.serving_since is None and b'"serving"' in self.log.read_bytes():
            self.serving_since = time.monotonic()
        return self.serving_since is not None and not self.ended

    @property
    def is_ripe(self) -> bool:
        """Whether it has worked for the while that it was given."""
        if not self.is_serving or self.serving_since is None:
            return False
        return time.monotonic() >= self.serving_since + self.ripe_after

    def events(self) -> list[dict[str, Any]]:
        """What it logged; a line that its death cut off is none."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return [event for event in found if isinstance(event, dict)]


@dataclass
class Place:
    """Where one worker after another works."""

    number: int
    lives: list[Life] = field(default_factory=list)
    frozen_with: dict[int, int] | None = None
    frozen_at: float = 0.0

    @property
    def life(self) -> Life:
        return self.lives[-1]


class Shift:
    """A number of places, each taken anew when its worker is killed."""

    def __init__(self, url: str, key: str, folder: Path, dice: random.Random, places: int) -> None:
        self._url = url
        self._key = key
        self._folder = folder
        self._dice = dice
        self.places = [Place(number) for number in range(places)]
        self.strange_deaths: list[str] = []

    def __enter__(self) -> Self:
        for place in self.places:
            self._take(place)
        return self

    def __exit__(self, *problem: object) -> None:
        for place in self.places:
            place.life.process.send(signal.SIGCONT)
            place.life.process.send(signal.SIGKILL)
            place.life.process.wait(5)

    def ripe(self) -> list[Place]:
        """Those who may be disturbed now."""
        self._look_after()
        return [p for p in self.places if p.frozen_with is None and p.life.is_ripe]

    def frozen(self) -> list[Place]:
        """Those who are stopped."""
        return [p for p in self.places if p.frozen_with is not None]

    def kill(self, place: Place) -> float:
        """SIGKILL, and somebody new in the same moment; answers when, in seconds of the epoch."""
        life = place.life
        life.ended = "killed"
        life.killed_at = time.time()
        life.process.send(signal.SIGKILL)
        life.process.wait(5)
        self._take(place)
        return life.killed_at

    def freeze(self, place: Place, in_hand: dict[int, int]) -> None:
        """SIGSTOP; `in_hand` is what somebody had at that moment."""
        place.life.process.send(signal.SIGSTOP)
        place.frozen_with = in_hand
        place.frozen_at = time.monotonic()

    def wake(self, place: Place) -> None:
        """SIGCONT, and time enough to say what it thinks to have done."""
        place.life.process.send(signal.SIGCONT)
        place.life.serving_since = time.monotonic()
        place.life.ripe_after = _AWAKE
        place.frozen_with = None

    def send_home(self, seconds: float) -> None:
        """SIGTERM for all; who does not end well by it has died strangely."""
        for place in self.places:
            place.life.process.send(signal.SIGTERM)
        for place in self.places:
            if not place.life.process.wait(seconds):
                self.strange_deaths.append(f"place {place.number} did not go home")
            elif not any(event["event"] == "stopped" for event in place.life.events()):
                self.strange_deaths.append(self._last_words(place))
            place.life.ended = place.life.ended or "sent home"

    def lives(self) -> list[Life]:
        """Everybody who ever worked here."""
        return [life for place in self.places for life in place.lives]

    def _look_after(self) -> None:
        """Nobody but us ends a worker."""
        for place in self.places:
            if not place.life.ended and not place.life.process.is_running:
                self.strange_deaths.append(self._last_words(place))
                place.life.ended = "strange"
                self._take(place)

    def _last_words(self, place: Place) -> str:
        lines = place.life.log.read_text(errors="replace").splitlines()
        return f"place {place.number} ended by itself: {' / '.join(lines[-3:])[:600]}"

    def _take(self, place: Place) -> None:
        log = self._folder / f"worker-{place.number}-{len(place.lives)}.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = ("-m", "learnbase.cli", "work", "generate_plan", "--concurrency", str(SLOTS))
        settings = {
            "SUPABASE_URL": self._url,
            "SUPABASE_SECRET_KEY": self._key,
            "LOG_FORMAT": "json",
        }
        process = spawn(
            (sys.executable, *command), log=log, cwd=self._folder, env={**kept, **settings}
        )
        place.lives.append(Life(process, log, self._dice.uniform(*_RIPE)))
