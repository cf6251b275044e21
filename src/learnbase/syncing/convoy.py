"""Steps that travel several at a time, with the books always a little ahead of them.

The service's latency does not eat the budget, for many steps are under way; nor do the books, for
the next steps are announced while the last are still waiting for their turn. At most `AHEAD` are in
doubt after a kill.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from learnbase.exporting.actions import Action, Sent

AHEAD = 10
"""Steps announced and not finished, at most."""

_REFILL = 6  # announced steps; with fewer, more are announced


@dataclass(frozen=True)
class Step:
    """An action on its way.

    Attributes:
        action: What is to be done.
        announced: What the books say meanwhile.
        before: What they say if it was not begun.
    """

    action: Action
    announced: Sent
    before: Sent


class Convoy:
    """Carries steps out."""

    def __init__(
        self,
        carry: Callable[[Step], Awaitable[None]],
        record: Callable[[list[Sent]], Awaitable[None]],
        is_over: Callable[[], bool],
        facts: list[Sent],
    ) -> None:
        """Prepare.

        Args:
            carry: takes a step, and puts what comes of it into `facts`. What it raises ends the
                convoy, after what is under way has arrived.
            record: writes into the books; of several words on a thing it takes the last.
            is_over: whether no more steps should be announced.
            facts: what came of steps and is not in the books yet.
        """
        self._carry = carry
        self._record = record
        self._is_over = is_over
        self._facts = facts
        self._announced: asyncio.Queue[Step | None] = asyncio.Queue()
        self._outstanding = 0
        self._arrived = asyncio.Event()
        self._problem: Exception | None = None

    async def run(self, steps: Iterable[Step]) -> bool:
        """Carry the steps out in order; answers whether all of them were.

        Raises:
            Exception: the first that a step raised; the books know all that was done till then.
        """
        waiting = deque(steps)
        crew = [asyncio.create_task(self._work()) for _ in range(min(AHEAD, len(waiting)))]
        try:
            has_begun = False  # however late it is: a slice that does nothing would be one of many
            while waiting and not self._problem and not (has_begun and self._is_over()):
                has_begun = True
                count = min(len(waiting), AHEAD - self._outstanding)
                await self._announce([waiting.popleft() for _ in range(count)])
                await self._until_few(_REFILL)
            for _ in crew:
                self._announced.put_nowait(None)
            await asyncio.gather(*crew)
            await self._write([])
        finally:
            await _dismiss(crew)
        if self._problem is not None:
            raise self._problem
        return not waiting

    async def _announce(self, batch: list[Step]) -> None:
        await self._write([step.announced for step in batch])
        self._outstanding += len(batch)
        for step in batch:
            self._announced.put_nowait(step)

    async def _write(self, announced: list[Sent]) -> None:
        facts = [*self._facts]
        self._facts.clear()
        await self._record([*facts, *announced])

    async def _until_few(self, few: int) -> None:
        while self._outstanding > few and not self._problem:
            self._arrived.clear()
            await self._arrived.wait()

    async def _work(self) -> None:
        while (step := await self._announced.get()) is not None:
            try:
                if self._problem is not None:
                    self._facts.append(step.before)
                else:
                    await self._carry(step)
            except Exception as problem:  # noqa: BLE001 - raised again when the others arrived
                self._problem = self._problem or problem
            finally:
                self._outstanding -= 1
                self._arrived.set()


async def at_once(*work: Awaitable[Any]) -> list[Any]:
    """Do some work at once; when all of it has ended, raise what the first raised that did."""
    ends = await asyncio.gather(*work, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return ends


async def _dismiss(crew: list[asyncio.Task[Any]]) -> None:
    for one in crew:
        one.cancel()
    await asyncio.gather(*crew, return_exceptions=True)
