"""The openai client alone: `python -m bench.bare_model QUESTIONS AT_A_TIME`.

Asks the model in the environment for a plan so many times and prints the seconds that its whole
process took so far, imports included.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time

BEGAN = time.perf_counter()


async def ask(questions: int, at_a_time: int) -> None:
    """Send them all, and read every answer."""
    from openai import AsyncOpenAI  # noqa: PLC0415 - its import counts

    from learnbase.planning.prompt import messages  # noqa: PLC0415
    from learnbase.planning.request import PlanRequest  # noqa: PLC0415

    request = PlanRequest(
        topic="Sailing",
        skill_level="beginner",
        weekly_hours=5,
        learning_style="practice",
        start_date=dt.date(2026, 1, 5),
        deadline_date=dt.date(2026, 1, 25),
    )
    told = messages(request)
    gate = asyncio.Semaphore(at_a_time)
    async with AsyncOpenAI(max_retries=0) as client:

        async def once() -> None:
            async with gate:
                answer = await client.responses.create(model="m", input=told)  # type: ignore[arg-type]
                if not answer.output_text:
                    raise AssertionError("an empty answer")

        await asyncio.gather(*(once() for _ in range(questions)))


if __name__ == "__main__":
    asyncio.run(ask(int(sys.argv[1]), int(sys.argv[2])))
    sys.stdout.write(f"{time.perf_counter() - BEGAN}\n")
