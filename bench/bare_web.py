"""The fetcher alone, in a process whose memory can be measured: `python -m bench.bare_web`.

Reads {"port", "urls", "at_once"} from standard input; every name has one public address, and every
connection goes to that port on loopback. Prints {"seconds", "verdicts"}.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import httpcore

from learnbase.services.web import Web

PUBLIC = "93.184.216.34"


async def look(port: int, urls: list[str], at_once: int) -> dict[str, Any]:
    """Look at them all."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return [PUBLIC]

    async def dial(_address: str, _port: int, seconds: float) -> httpcore.AsyncNetworkStream:
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", port, timeout=seconds)

    async with Web(resolve=resolve, dial=dial, at_once=at_once) as web:
        began = time.perf_counter()
        pages = await web.look_all(urls)
        seconds = time.perf_counter() - began
    return {"seconds": seconds, "verdicts": Counter(page.verdict for page in pages.values())}


if __name__ == "__main__":
    json.dump(asyncio.run(look(**json.load(sys.stdin))), sys.stdout)
