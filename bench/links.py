"""A thousand links, looked at by the guarded fetcher, beside the time the sites themselves take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from bench.result import Result
from learnbase.services.web import PATIENCE
from tests.fakes.website import HANGS, Answer, Website, moved, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

LINKS, LINKS_IN_SHORT = 1000, 40
AT_ONCE = 50
SLOW = 0.3  # seconds, of HEAD and again of GET
PAGES_A_HOST = 4
LOOKS_AT_IT = [sys.executable, "-m", "bench.bare_web"]
ENOUGH_TURNS = 10
MEGABYTE = 1024.0  # of the kilobytes that the system counts in


def links(ground: Ground) -> Iterator[Result]:
    """Of twenty links, one hangs, three are dead, two lead on to a page, the others are slow."""
    count = LINKS if ground.turns >= ENOUGH_TURNS else LINKS_IN_SHORT
    with Website() as site:
        waited, alive = _build(site, count)
        asked = [f"http://{host}{path}" for host, path in site.pages if "/end/" not in path]
        seconds, megabytes, verdicts = _looked(site.ports[80], asked)
    if verdicts.get("alive") != alive:
        raise AssertionError(f"{alive} of {count} links are alive, and not {verdicts}")
    # No order of doing it is quicker: all that the sites make one wait, shared out evenly.
    ideal = max(waited / AT_ONCE, PATIENCE)
    yield Result(
        "generation.links",
        seconds,
        "s",
        ideal,
        f"what {count} links make one wait ({waited:,.0f} s), {AT_ONCE} at a time",
        1.15,
    )
    yield Result("generation.links.memory", megabytes, "MB", 200.0, "the aim of 200 MB", 1.0)


MEASUREMENTS = {"generation.links": links}


def _build(site: Website, count: int) -> tuple[float, int]:
    """Put up the pages; answers how long they make one wait in all, and how many are alive."""
    waited = 0.0
    alive = 0
    for number in range(count):
        host = f"http://h{number // PAGES_A_HOST}.example.com"
        match number % 20:
            case 7:
                site.put(f"http://hangs{number}.example.com/{number}", HANGS)
                waited += PATIENCE
            case 1 | 8 | 15:
                site.put(f"{host}/{number}", Answer(404))
            case 3 | 12:
                site.put(f"{host}/{number}", moved(f"/end/{number}"))
                site.put(f"{host}/end/{number}", page("The end", after=SLOW))
                waited += 2 * SLOW
                alive += 1
            case _:
                site.put(f"{host}/{number}", page("A page", after=SLOW))
                waited += 2 * SLOW
                alive += 1
    return waited, alive


def _looked(port: int, urls: list[str]) -> tuple[float, float, dict[str, Any]]:
    """Seconds, the most memory in MB, and the verdicts."""
    process = subprocess.Popen(
        LOOKS_AT_IT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has no voice")
    with process.stdin, process.stdout:
        json.dump({"port": port, "urls": urls, "at_once": AT_ONCE}, process.stdin)
        process.stdin.close()
        said = process.stdout.read()
        _, code, usage = os.wait4(process.pid, 0)
    process.returncode = code
    if code:
        raise AssertionError("bench.bare_web failed")
    answer = json.loads(said)
    return answer["seconds"], usage.ru_maxrss / MEGABYTE, answer["verdicts"]
