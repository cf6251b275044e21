"""How the platform does, for `learnbase doctor`: links, prices, tokens, letters."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx

from learnbase.cli.check import Check
from learnbase.cli.plan_page import plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from learnbase.services.database import Database
    from learnbase.settings import ServiceAccess

_NEWEST = 1000  # generations; what PostgREST gives at most where nobody set another limit
_PERIOD = dt.timedelta(days=30)
_LONGEST_WAIT = dt.timedelta(days=10)  # links are looked at every week
_POOR = 0.5
_FEW = 100
_DAY = dt.timedelta(days=1)
_LATE = dt.timedelta(hours=2)  # mail waits up to one, so that nobody gets five letters in it
_TROUBLED = 0.05  # of a day's letters
_FEW_LETTERS = 5
_SAID = {
    "waiting": "queued",
    "sent": "sent,delivered,opened",
    "returned": "bounced,complained",
    "suppressed": "suppressed",
    "failed": "failed",
    "unknown": "unknown",
}


async def platform(
    access: ServiceAccess, database: Database, *, writes: bool
) -> AsyncIterator[Check]:
    """Look at the figures that an operator should know; sql/ops has each of them in full.

    Args:
        access: to the public schema.
        database: the schema worker.
        writes: whether messages are put into words here: then late ones are amiss.
    """
    now = dt.datetime.now(dt.UTC)
    key = access.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    rest = f"{access.url}/rest/v1/"
    async with httpx.AsyncClient(
        base_url=rest, headers=headers, timeout=10, trust_env=False
    ) as http:
        try:
            generations = await _rows(
                http,
                "plan_generations",
                select="model,figures->links,output_tokens",
                finished_at=f"gte.{(now - _PERIOD).isoformat()}",
                order="finished_at.desc",
                limit=str(_NEWEST),
            )
            links = [check async for check in _links(http, now)]
            links += [check async for check in _letters(http, database, now, writes=writes)]
        except httpx.HTTPError as problem:
            yield Check("public schema", ok=False, found=str(problem), remedy="Look at its grants")
            return
    for check in _live_links(generations):
        yield check
    if (prices := await _prices(generations, database)) is not None:
        yield prices
    yield await _tokens(database)
    for check in links:
        yield check


def _live_links(generations: list[dict[str, Any]]) -> Iterator[Check]:
    proposed: Counter[str] = Counter()
    alive: Counter[str] = Counter()
    for row in generations:
        if row["links"]:
            proposed[row["model"]] += row["links"].get("proposed") or 0
            alive[row["model"]] += row["links"].get("alive") or 0
    for model, count in sorted(proposed.items()):
        if count:
            share = alive[model] / count
            yield Check(
                f"live links of {plain(model)}",
                ok=share >= _POOR or count < _FEW,
                found=f"{share:.0%}: {alive[model]} of {count} proposed in 30 days",
                remedy="Most of its links lead nowhere: try OPENAI_WEB_SEARCH or another model, "
                "and compare with learnbase eval",
            )


async def _prices(generations: list[dict[str, Any]], database: Database) -> Check | None:
    used = {row["model"] for row in generations if row["output_tokens"]}
    if not used:
        return None
    unpriced = used - {row["model"] for row in await database.rows("model_prices", "model")}
    found = "known for every model that was used in 30 days"
    if unpriced:
        named = ", ".join(sorted(map(plain, unpriced)))
        found = f"none for {named} (learnbase prices set MODEL --input USD --output USD)"
    return Check("prices", ok=True, found=found)


async def _tokens(database: Database) -> Check:
    today = await database.call("model_day")
    taken = today["used"] + today["reserved"]
    ceiling = today["ceiling"]
    found = f"{today['used']:,} used, {today['reserved']:,} held for questions under way"
    found += ", no ceiling" if ceiling is None else f", of {ceiling:,}"
    return Check(
        "tokens today",
        ok=ceiling is None or taken < ceiling,
        found=found,
        remedy="No more plans until 00:00 UTC; or: learnbase limits set daily_model_tokens TOKENS",
    )


async def _links(http: httpx.AsyncClient, now: dt.datetime) -> AsyncIterator[Check]:
    remedy = "Is cron running, and a worker? learnbase work check_links"
    long_ago = (now - _LONGEST_WAIT).isoformat()
    for name, table in (("catalogue links", "resources"), ("task links", "task_links")):
        last = await _rows(
            http, table, select="tried_at", tried_at="not.is.null", order="tried_at.desc", limit="1"
        )
        waiting = await _rows(
            http,
            table,
            select="id",
            dead_at="is.null",
            created_at=f"lt.{long_ago}",
            limit="1",
            **{"or": f"(tried_at.is.null,tried_at.lt.{long_ago})"},
        )
        found = "none was looked at yet"
        if last:
            found = f"last looked at {str(last[0]['tried_at'])[:16].replace('T', ' ')} UTC"
        if waiting:
            found += f", some not for {_LONGEST_WAIT.days} days"
        yield Check(name, not waiting, found, remedy)


async def _letters(
    http: httpx.AsyncClient, database: Database, now: dt.datetime, *, writes: bool
) -> AsyncIterator[Check]:
    mail = {"channel": "eq.email", "created_at": f"gte.{(now - _DAY).isoformat()}"}
    counted = {
        said: await _count(http, "notifications", status=f"in.({statuses})", **mail)
        for said, statuses in _SAID.items()
    }
    troubled = counted["failed"] + counted["unknown"]
    yield Check(
        "letters",
        troubled < _FEW_LETTERS or troubled < _TROUBLED * sum(counted.values()),
        ", ".join(f"{count} {said}" for said, count in counted.items()) + " of a day",
        "notifications.reason says why; what is unknown, Resend's own list tells",
    )
    gone = await _count(http, "mail_suppressions")
    yield Check("suppressed addresses", ok=True, found=str(gone or "none"))
    due = await _count(http, "notifications", due_at=f"lt.{(now - _LATE).isoformat()}")
    yield _on_time("messages", due, "letters", writes=writes)
    late = {"at": (now - _LATE).isoformat(), "dry_run": True}
    due = await database.call("run_schedule", schedule="weekly-summary", **late)
    yield _on_time("summaries", due, "weekly-summary", writes=writes)


def _on_time(name: str, late: int, schedule: str, *, writes: bool) -> Check:
    return Check(
        name,
        ok=not (late and writes),
        found=f"{late} late" if late else "none late",
        remedy=f"Is cron running, and a worker? Or: learnbase cron run {schedule}",
    )


async def _count(http: httpx.AsyncClient, table: str, **params: str) -> int:
    """Count rows; the answer says nothing else."""
    answer = await http.head(table, params=params, headers={"Prefer": "count=exact"})
    answer.raise_for_status()
    return int(answer.headers["content-range"].rpartition("/")[2])


async def _rows(http: httpx.AsyncClient, table: str, **params: str) -> list[dict[str, Any]]:
    answer = await http.get(table, params=params)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()
    return rows
