"""OpenAI's two endpoints on loopback, with a ledger and a behaviour for each next request."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from typing import Any

from aiohttp import web

from tests.fakes.loopback import Loopback

USAGE = {"input": 1200, "output": 3400}


def a_plan(weeks: int = 2, minutes: int = 300) -> dict[str, Any]:
    """A plan as the schema has it: so many weeks of so many minutes, four tasks each."""
    kinds = ("read", "watch", "practice", "practice")
    return {
        "summary": "You can do it.",
        "left_out": ["The rest"],
        "weeks": [
            {
                "week": week,
                "title": f"Step {week}",
                "description": "What you can do then.",
                "tasks": [
                    {
                        "day": number + 1,
                        "title": f"Do {week}.{number}",
                        "description": "And see that it works.",
                        "minutes": minutes // 4,
                        "kind": kind,
                        "resources": [
                            {"type": "doc", "title": "Docs", "url": f"https://example.com/{week}"}
                        ],
                    }
                    for number, kind in enumerate(kinds)
                ],
            }
            for week in range(1, weeks + 1)
        ],
    }


class OpenAI(Loopback):
    """Answers with `plan` unless told otherwise: `next("refusal")`, `next("busy", 7)`, …"""

    def __init__(self) -> None:
        self.plan: Any = a_plan()
        self.requests: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self._next: deque[tuple[str, Any]] = deque()

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/responses", self._handle)
        app.router.add_post("/v1/chat/completions", self._handle)

    def next(self, behaviour: str, detail: Any = None) -> None:
        self._next.append((behaviour, detail))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        api = "responses" if request.path.endswith("responses") else "chat"
        self.requests.append((api, await request.json(), dict(request.headers)))
        self.asked.set()
        behaviour, detail = self._next.popleft() if self._next else ("plan", None)
        match behaviour:
            case "status":
                return web.json_response(
                    {"error": {"message": "no", "code": "no"}}, status=int(detail)
                )
            case "busy":
                headers = {"Retry-After": str(detail)} if detail is not None else {}
                return web.json_response({"error": {}}, status=429, headers=headers)
            case "hang" | "wait":
                await asyncio.to_thread(self.go_on.wait, 30)
            case "not json":
                return web.Response(text="<html>oops</html>", content_type="text/html")
            case "another shape":
                return web.json_response({"hello": ["world"]})
            case "hang up":
                if request.transport is not None:
                    request.transport.abort()
        text = detail if behaviour == "text" else json.dumps(self.plan)
        answer = _responses if api == "responses" else _chat
        return web.json_response(answer(behaviour, text))


def _responses(behaviour: str, text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "output_text", "text": text, "annotations": []}]
    status, incomplete = "completed", None
    if behaviour == "refusal":
        content = [{"type": "refusal", "refusal": "I would rather not"}]
    elif behaviour == "truncated":
        content[0]["text"] = text[:100]
        status, incomplete = "incomplete", {"reason": "max_output_tokens"}
    elif behaviour == "filtered":
        status, incomplete = "incomplete", {"reason": "content_filter"}
    elif behaviour == "empty":
        content = []
    elif behaviour == "failed":
        status = "failed"
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "incomplete_details": incomplete,
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "status": status,
                "content": content,
            },
        ],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": USAGE["input"],
            "output_tokens": USAGE["output"],
            "total_tokens": sum(USAGE.values()),
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def _chat(behaviour: str, text: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    reason = "stop"
    if behaviour == "refusal":
        message |= {"content": None, "refusal": "I would rather not"}
    elif behaviour == "truncated":
        message["content"], reason = text[:100], "length"
    elif behaviour == "filtered":
        reason = "content_filter"
    elif behaviour == "empty":
        message["content"] = None
    return {
        "id": "chatcmpl_1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": reason, "message": message}],
        "usage": {
            "prompt_tokens": USAGE["input"],
            "completion_tokens": USAGE["output"],
            "total_tokens": sum(USAGE.values()),
        },
    }
