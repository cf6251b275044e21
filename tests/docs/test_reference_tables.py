"""The reference tables of docs/frontend.md: complete, and true."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import httpx

from tests.docs import node, refusals, tables
from tests.sql.decisions import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.world import Person, World

PAGE = node.PROJECT / "docs" / "frontend.md"
# Spoken to workers and operators alone.
_OF_THE_SERVICE = {
    "invalid_outcomes",
    "invalid_quantity",
    "missing_clerk_user_id",
    "no_longer_wanted",
    "unknown_dead_letter",
    "unknown_queue",
    "unknown_schedule",
    "invalid_at",
}
# Functions of the service, which say to it what others say to people.
_BY_THE_SERVICE = {"worker.send_notification", "worker.act_by_letter"}
# How the page writes a field that depends on the request.
_ANY = {"the table of links", "the column"}


def spoken_to_people() -> list[refusals.Refusal]:
    return [
        refusal
        for refusal in refusals.spoken()
        if refusal.code not in _OF_THE_SERVICE and refusal.function not in _BY_THE_SERVICE
    ]


def listed() -> dict[tuple[str, str, int], str]:
    """(field, code, status) → what to do, as the page has it."""
    found = {}
    for field, code, status, remedy in tables.rows(PAGE, "field", "code", "status", "what to do"):
        name = "*" if field in _ANY else tables.words(field)[0]
        found[name, tables.words(code)[0], int(status)] = remedy
    return found


def test_every_refusal_of_the_database_is_listed_and_no_other() -> None:
    spoken = {(r.field, r.code, r.status) for r in spoken_to_people()}
    # A task that leaves its plan is told of in the line of fixed columns.
    spoken -= {("module_id", "fixed_column", 403)}
    assert set(listed()) == spoken


def test_every_remedy_is_the_one_that_is_given() -> None:
    for refusal in spoken_to_people():
        if refusal.code == "fixed_column" and refusal.field == "*":
            continue  # the page says "the column" where the hint names it
        key = (refusal.field, refusal.code, refusal.status)
        remedy = listed().get(key) or listed()["*", refusal.code, refusal.status]
        pattern = ".*".join(map(re.escape, refusal.hint.split(".*")))
        assert re.search(pattern, remedy), f"{refusal.function} says: {refusal.hint}"


def test_the_writable_columns_are_those_that_are_granted() -> None:
    page = {}
    for table, insert, update, delete in tables.rows(PAGE, "table", "insert", "update", "delete"):
        inserted = set(tables.words(insert))
        updated = set(tables.words(update))
        if update.startswith("the same"):
            updated = inserted - updated
        page[f"public.{tables.words(table)[0]}"] = (inserted, updated, delete == "yes")
    granted = {}
    for name, decided in TABLES.items():
        columns = {
            verb: set(re.split(r",\s*", found[1])) if found else set()
            for verb in ("insert", "update")
            if (found := re.search(rf"{verb} \(([^)]*)\)", decided.people)) or True
        }
        may_delete = "delete" in decided.people
        if any(columns.values()) or may_delete:
            granted[name] = (columns["insert"], columns["update"], may_delete)
    assert page == granted


def test_a_fixed_column_is_named(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan()
    [row] = ada.tick(whole.task).json()
    other = {"task_id": whole.tasks[1][0]["id"]}
    answer = ada.update("task_progress", other, id=f"eq.{row['id']}").json()
    assert (answer["code"], answer["details"]) == ("fixed_column", "task_id")
    assert answer["hint"] == "Leave task_id out of the update, or send its present value"


def foreign(world: World, ada: Person) -> dict[tuple[str, int], Callable[[], httpx.Response]]:
    """For each code that is not ours, a request that meets it."""
    whole = ada.whole_plan()
    plan, module = f"eq.{whole.plan['id']}", whole.module["id"]
    week = {"plan_id": whole.plan["id"], "order": 1, "title": "x", "estimated_minutes": 1}
    task = {"module_id": module, "order": 7, "title": "x", "estimated_minutes": 1}
    single = {**ada.headers, "Accept": "application/vnd.pgrst.object+json"}
    return {
        ("42501", 401): lambda: world.nobody.get("learning_plans"),
        ("42501", 403): lambda: ada.update("learning_plans", {"revision": 9}, id=plan),
        ("PGRST301", 401): lambda: world.with_token(ada.id, ada.id, "", exp=1).get("users"),
        ("PGRST116", 406): lambda: world.http.get(f"users?id=eq.{uuid.uuid4()}", headers=single),
        ("23505", 409): lambda: ada.insert("modules", week),
        ("23514", 400): lambda: ada.update("learning_plans", {"weekly_hours": 99}, id=plan),
        ("23502", 400): lambda: ada.insert("tasks", {**task, "title": None}),
        ("22P02", 400): lambda: ada.update("learning_plans", {"skill_level": "wizard"}, id=plan),
        ("22007", 400): lambda: ada.update("learning_plans", {"start_date": "soon"}, id=plan),
        ("22P05", 400): lambda: ada.rpc("create_plan", topic="a\0b"),
        ("PGRST102", 400): lambda: ada.insert("tasks", [task, {**task, "day": 2}]),
        ("PGRST103", 416): lambda: ada.send(
            "GET", "tasks", prefer="count=exact", offset="50", module_id=f"eq.{module}"
        ),
        ("PGRST100", 400): lambda: ada.get("modules", order="eq.1"),
        ("PGRST204", 400): lambda: ada.update("learning_plans", {"colour": "red"}, id=plan),
        ("42703", 400): lambda: ada.get("learning_plans", select="colour"),
        ("PGRST202", 404): lambda: ada.rpc("create_plan", colour="red"),
        ("42P01", 404): lambda: ada.get("wishes"),
    }


# What newer versions of PostgREST say instead, and what would take a request of eight seconds.
_NOT_MET_HERE = {("PGRST303", 401), ("PGRST205", 404), ("57014", 500)}


def test_the_codes_of_others_are_met_as_the_page_says(world: World) -> None:
    page = tables.rows(PAGE, "code", "status", "what it means", "what to do")
    said = {(code, int(row[1])) for row in page for code in tables.words(row[0])}
    requests = foreign(world, world.person())
    assert said == requests.keys() | _NOT_MET_HERE
    for (code, status), request in requests.items():
        answer = request()
        assert (answer.json()["code"], answer.status_code) == (code, status)


def test_without_a_key_there_is_no_way_in(world: World) -> None:
    assert httpx.get(f"{world.rest}users", trust_env=False).status_code == 401


# Where a generation's `error` is written, and how a code is written there.
_REASONS = (
    *("src/learnbase/jobs/*.py", "src/learnbase/planning/*.py", "src/learnbase/generation/*.py"),
    *("src/learnbase/services/llm.py", "src/learnbase/services/model_*.py"),
    *("workers/*.py", "supabase/migrations/*.sql"),
)
# What stops an export is told elsewhere on the page, and what stops a letter in the log.
_OF_OTHERS = re.compile(
    r"connections|exports|export_|busy_times|disconnect|close_account|deps"
    r"|messages|letters|send_email|weekly_summary"
)
_REASON = re.compile(
    r'code(?:: str)? ?= ?"(\w+)"|\b(?:Failure|GiveUp)\(\s*"(\w+)"|code or "(\w+)"'
    r"|jsonb_build_object\(\s*'code', '(\w+)'"
    r'|, "(model_\w+)"\)|^ +"(plan_\w+)",$',
    re.MULTILINE,
)


def test_every_reason_why_a_generation_fails_is_told_and_no_other() -> None:
    page = {code for row in tables.rows(PAGE, "code", "why") for code in tables.words(row[0])}
    files = [file for pattern in _REASONS for file in sorted(node.PROJECT.glob(pattern))]
    files = [file for file in files if not _OF_OTHERS.search(file.name)]
    written = {
        code
        for file in files
        for found in _REASON.findall(file.read_text())
        for code in found
        if code
    }
    assert page == written


def test_every_reason_why_an_export_stops_is_told_and_no_other() -> None:
    rows = tables.rows(PAGE, "code", "why it stopped")
    page = {code for row in rows for code in tables.words(row[0])}
    course = "".join(file.read_text() for file in node.PROJECT.glob("src/learnbase/syncing/*.py"))
    said = re.findall(r'Stopped\(\s*"(\w+)"|message, code = "[^"]+", "(\w+)"', course)
    [schema] = node.PROJECT.glob("supabase/migrations/*_exports.sql")
    said += re.findall(
        r"jsonb_build_object\(\s*'code', '(\w+)'|end_export\(\s*held\.id, '(\w+)'",
        schema.read_text(),
    )
    assert page == {code for found in said for code in found if code}
