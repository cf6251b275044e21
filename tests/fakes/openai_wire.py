"""Answers as the two APIs have them, whole and broken."""

from __future__ import annotations

import gzip
from typing import Any

from aiohttp import web

USAGE = {"input": 1200, "output": 3400}

FAULTS: dict[str, tuple[str, Any]] = {
    "busy, and says until when": ("busy", 0.05),
    "busy, and does not say": ("busy", None),
    "500": ("status", 500),
    "502": ("status", 502),
    "503": ("status", 503),
    "529": ("status", 529),
    "hangs up before the headers": ("hang up", None),
    "hangs up after the headers": ("cut", None),
    "the reply is lost, and paid": ("lost", None),
    "never answers": ("hang", None),
    "drips for ever": ("drip", None),
    "pours for ever": ("flood", None),
    "failed": ("failed", None),
    "truncated": ("truncated", None),
    "refusal": ("refusal", None),
    "content filter": ("filtered", None),
    "empty": ("empty", None),
    "blank": ("text", " \n "),
    "prose": ("text", "I am sorry, I cannot."),
    "another schema": ("text", '{"hello": ["world"]}'),
    "an empty object": ("text", "{}"),
    "half of the JSON": ("text", '{"summary": "You", "weeks": [{"week": 1'),
    "nested deeply": ("text", '{"weeks":' + "[" * 100_000),
    "a huge number": ("text", '{"weeks": [' + "9" * 5000 + "]}"),
    "half a surrogate pair": ("text", '{"summary": "\ud800'),
    "2 MB of text": ("text", "x" * 2_000_000),
    "12 MB of text": ("text", "x" * 12_000_000),
    "packed": ("packed", 100_000_000),
    "a page of HTML": ("not json", None),
    "half of the body": ("half", None),
    "a body nested deeply": ("raw", b"[" * 200_000),
    "another body": ("another shape", None),
    "a wrong language": ("french", None),
}
"""Every fault by name, with the behaviour and its detail as `OpenAI.next` takes them."""

NOT_COMPUTED = {
    "status",
    "busy",
    "quota",
    "error",
    "echo",
    "hang up",
    "hang",
    "not json",
    "packed",
    "raw",
}
"""What no tokens are billed for."""


def broken(behaviour: str, detail: Any) -> web.Response | None:
    """What is no answer of the API at all; None for any other behaviour."""
    answer: web.Response | None = None
    match behaviour:
        case "status":
            answer = error(int(detail), "no")
        case "busy":
            headers = {"Retry-After": str(detail)} if detail is not None else {}
            headers = detail if isinstance(detail, dict) else headers
            answer = web.json_response({"error": {}}, status=429, headers=headers)
        case "quota":
            answer = error(429, "You exceeded your quota", "insufficient_quota")
        case "error":
            answer = error(*detail)
        case "not json":
            answer = web.Response(text="<html>oops</html>", content_type="text/html")
        case "raw":
            answer = web.Response(body=detail, content_type="application/json")
        case "another shape":
            answer = web.json_response({"hello": ["world"]})
        case "packed":
            packed = gzip.compress(b" " * detail)
            answer = web.Response(body=packed, headers={"Content-Encoding": "gzip"})
    return answer


def error(status: int, message: str, code: str = "no", param: str | None = None) -> web.Response:
    said = {"message": message, "code": code, "param": param}
    return web.json_response({"error": said}, status=status)


def responses(behaviour: str, detail: Any, text: str) -> dict[str, Any]:
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
    elif behaviour == "citing":
        content[0]["annotations"] = [
            {"type": "url_citation", "url": url, "title": "T", "start_index": 0, "end_index": 1}
            for url in detail
        ]
    counted: Any = {
        "input_tokens": USAGE["input"],
        "output_tokens": USAGE["output"],
        "total_tokens": sum(USAGE.values()),
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "error": {"code": detail or "server_error", "message": "no"}
        if status == "failed"
        else None,
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
        "usage": detail if behaviour == "counting" else counted,
    }


def chat(behaviour: str, detail: Any, text: str) -> dict[str, Any]:
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
    elif behaviour == "in parts":
        message["content"] = [
            {"type": "text", "text": text[:20]},
            {"type": "text", "text": text[20:]},
        ]
    counted: Any = {
        "prompt_tokens": USAGE["input"],
        "completion_tokens": USAGE["output"],
        "total_tokens": sum(USAGE.values()),
    }
    return {
        "id": "chatcmpl_1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": []
        if behaviour == "failed"
        else [{"index": 0, "finish_reason": reason, "message": message}],
        "usage": detail if behaviour == "counting" else counted,
    }
