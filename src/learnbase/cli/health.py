"""How the platform does, for `learnbase doctor`: live links, prices, tokens, link checks."""

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


async def platform(access: ServiceAccess, database: Database) -> AsyncIterator[Check]:
    """Look at the figures that an operator should know; sql/ops has each of them in full."""
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


async def _rows(http: httpx.AsyncClient, table: str, **params: str) -> list[dict[str, Any]]:
    answer = await http.get(table, params=params)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()
    return rows
