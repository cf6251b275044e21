"""A model's links, from its answer through the fetcher into the catalogue and the plan."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.jobs import Reach, Runner
from learnbase.services.database import Database
from learnbase.services.llm import Model
from learnbase.services.web import Web
from learnbase.settings import ServiceAccess, Settings
from tests.fakes.openai import a_plan
from tests.fakes.website import Website, moved, page
from workers.deps import Deps
from workers.generate_plan import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.openai import OpenAI
    from tests.fakes.postgrest_proxy import PostgrestProxy
    from tests.jobs.site import Site

DOCS = "https://docs.example.com"


@pytest.fixture
def pages(tmp_path: Any) -> Iterator[Website]:
    with Website(tmp_path) as website:
        yield website


def drained(url: str, site: Site, openai: OpenAI, pages: Website) -> dict[str, int]:
    settings = Settings(
        openai_api_key="sk-test-1234567890",
        openai_base_url=f"{openai.url}/v1",
        openai_api="responses",
    )

    async def done() -> dict[str, int]:
        access = ServiceAccess(url=url, secret_key=site.key)
        async with (
            Database(access) as database,
            Web(resolve=pages.resolve, dial=pages.dial, tls=pages.trust) as web,
        ):
            reach, model = Reach(database), Model(settings)
            deps = Deps(database=reach, web=web, model=model)
            try:
                return dict(await Runner({"generate_plan": WORK}, reach, deps, drain=True).run())
            finally:
                await model.close()

    return asyncio.run(done())


def linked(*urls: str) -> dict[str, Any]:
    """A plan whose first tasks have a link each."""
    made: dict[str, Any] = a_plan()
    tasks = [task for week in made["weeks"] for task in week["tasks"]]
    for task, url in zip(tasks, urls, strict=False):
        task["resources"] = [{"type": "doc", "title": "Rust book", "url": url}]
    return made


def test_what_lives_is_in_the_catalogue_and_what_is_dead_replaced_or_dropped(
    site: Site, proxy: PostgrestProxy, openai: OpenAI, pages: Website
):
    site.sql("delete from public.resources where url like %s", f"{DOCS}%")
    moved_to = pages.put(f"{DOCS}/ownership", page("Ownership in Rust"))
    old = pages.put(f"{DOCS}/old", moved("/ownership"))
    pages.put(f"{DOCS}/traits", page("Traits in Rust"))
    site.sql(
        "insert into public.resources (type, title, url, checked_at, http_status)"
        " values ('doc', 'Rust by example', %s, now(), 200)",
        f"{DOCS}/example",
    )
    openai.answers["roadmap"] = lambda _: linked(
        old, f"{DOCS}/dead", f"{DOCS}/also-dead", "http://169.254.169.254/latest"
    )
    openai.answers["replacements"] = lambda _: {
        "links": [
            {"ref": 1, "type": "doc", "title": "Traits in Rust", "url": f"{DOCS}/traits"},
            {"ref": 2, "type": "doc", "title": "Inside", "url": "http://10.0.0.1/"},
        ]
    }
    asked = site.ask()

    assert drained(proxy.url, site, openai, pages) == {"done": 1}

    site.expect_one_plan(asked)
    found = site.sql(
        "select r.url, r.title, r.http_status, r.checked_at is not null as seen"
        " from public.task_resources tr join public.resources r on r.id = tr.resource_id"
        " join public.tasks t on t.id = tr.task_id join public.modules m on m.id = t.module_id"
        ' where m.plan_id = %s order by m."order", t."order"',
        asked.plan_id,
    )
    assert [(row["url"], row["title"]) for row in found] == [
        (moved_to, "Ownership in Rust"),
        (f"{DOCS}/traits", "Traits in Rust"),
    ]
    assert all(row["seen"] and row["http_status"] == 200 for row in found)
    links = site.generation(asked)["figures"]["links"]
    assert {k: links[k] for k in ("proposed", "alive", "replaced", "dropped")} == {
        "proposed": 4,
        "alive": 1,
        "replaced": 1,
        "dropped": 2,
    }
    assert openai.asked_for() == ["roadmap", "replacements"]
    assert {address for address, _ in pages.seen.dials} == {"93.184.216.34"}


def test_other_pages_are_asked_for_once_although_the_plan_moves_on(
    site: Site, proxy: PostgrestProxy, openai: OpenAI, pages: Website
):
    asked = site.ask()
    assert drained(proxy.url, site, openai, pages) == {"done": 1}
    openai.requests.clear()
    alive = pages.put(f"{DOCS}/alive", page("Ownership in Rust"))
    openai.answers["roadmap"] = lambda _: linked(alive, f"{DOCS}/dead")
    receipt = site.call("regenerate_plan", asked.person, plan_id=asked.plan_id, scope="whole")
    held = proxy.hold("complete_generate_plan", "before")
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(drained, proxy.url, site, openai, pages)
        held.wait()
        site.sql("update public.learning_plans set topic = 'Rust!' where id = %s", asked.plan_id)
        held.release()
        assert working.result(60) == {"done": 1}
    assert openai.asked_for() == ["roadmap", "replacements"]
    [row] = site.sql(
        "select figures -> 'links' as links from public.plan_generations where id = %s",
        receipt["generation_id"],
    )
    assert (row["links"]["proposed"], row["links"]["alive"]) == (2, 1)
    site.sql("delete from public.resources where url like %s", f"{DOCS}%")
