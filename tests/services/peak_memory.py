"""Asks a model twice and says how the second ended, and how many megabytes it took at most."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from learnbase.generation.asks import ModelFailed
from learnbase.planning.model_roadmap import ModelRoadmap
from learnbase.services.llm import Model
from learnbase.settings import Settings
from tests.services.asking import KEY, MESSAGES


async def _end(model: Model) -> str:
    try:
        await model.ask(MESSAGES, ModelRoadmap, person="ada")
    except ModelFailed as problem:
        return problem.code or ""
    return "answered"


def _peak() -> int:
    """Kilobytes; `getrusage` would count what our parent had before we were born."""
    said = Path("/proc/self/status").read_text()
    return int(said.split("VmHWM:")[1].split()[0])


async def _main(url: str, api: str) -> None:
    model = Model(
        Settings(openai_api_key=KEY, openai_base_url=f"{url}/v1", openai_api=api)  # type: ignore[arg-type]
    )
    await _end(model)  # so that everything is imported
    before = _peak()
    code = await _end(model)
    more = _peak() - before
    sys.stdout.write(f"{code} {more / 1024}\n")
    await model.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
