"""Questions to a model, as a worker asks them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from learnbase.planning.model_roadmap import ModelRoadmap
from learnbase.services.llm import Model
from learnbase.settings import Settings

if TYPE_CHECKING:
    from pydantic import BaseModel

    from learnbase.planning.usage import Reply
    from tests.fakes.openai import OpenAI

KEY = "sk-test-12345678"
MESSAGES = [
    {"role": "system", "content": "Week 1 has 7 days and 300 minutes."},
    {"role": "user", "content": "Rust"},
]


class Learner:
    """Somebody whose questions all go to one model, as a worker's do."""

    def __init__(self, server: OpenAI, api: str = "responses", **changes: Any) -> None:
        self.values = {
            "openai_api_key": KEY,
            "openai_base_url": f"{server.url}/v1",
            "openai_api": api,
            "openai_model": "some-model",
            **changes,
        }

    def ask(self, **how: Any) -> Reply[Any]:
        return self.ask_often(1, **how)[0]

    def ask_often(
        self,
        times: int,
        *,
        together: bool = False,
        shape: type[BaseModel] = ModelRoadmap,
        **how: Any,
    ) -> list[Reply[Any]]:
        async def asking() -> list[Reply[Any]]:
            model = Model(Settings(**self.values))

            def one() -> Any:
                return model.ask(MESSAGES, shape, person="ada", **how)

            try:
                if together:
                    return list(await asyncio.gather(*(one() for _ in range(times))))
                return [await one() for _ in range(times)]
            finally:
                await model.close()

        return asyncio.run(asking())
