"""The doors of worker: what only the secret key opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.world import HIDDEN, NOT_SIGNED_IN, refusal

if TYPE_CHECKING:
    from tests.world import World


def test_people_call_no_function_of_the_workers(world: World) -> None:
    functions = world.sql(
        "select p.proname as name, p.proargnames[1:p.pronargs] as arguments"
        " from pg_proc p where p.pronamespace = 'worker'::regnamespace"
    )
    assert len(functions) >= 10
    ada, anonymous, carla = world.person(), world.person(anonymous=True), world.clerk_person()
    for function in functions:
        arguments: dict[str, Any] = dict.fromkeys(function["arguments"] or [])
        for person in (ada, anonymous, carla):
            answer = person.rpc(function["name"], "worker", **arguments)
            assert refusal(answer) == HIDDEN, function
            assert person.rpc(function["name"], **arguments).status_code == 404
        answer = world.nobody.rpc(function["name"], "worker", **arguments)
        assert refusal(answer) == NOT_SIGNED_IN, function


def test_people_see_no_table_of_the_workers(world: World) -> None:
    tables = world.sql(
        "select relname as name from pg_class"
        " where relnamespace = 'worker'::regnamespace and relkind in ('r', 'v')"
    )
    assert len(tables) >= 3
    ada = world.person()
    for table in tables:
        for caller, expected in ((ada, HIDDEN), (world.nobody, NOT_SIGNED_IN)):
            headers = {**caller.headers, "Accept-Profile": "worker", "Content-Profile": "worker"}
            assert refusal(world.http.get(table["name"], headers=headers)) == expected
            assert refusal(world.http.delete(table["name"], headers=headers)) == expected


def test_the_service_reads_the_tables_and_writes_them_by_function_only(world: World) -> None:
    headers = {
        **world.service.headers,
        "Accept-Profile": "worker",
        "Content-Profile": "worker",
    }
    for table in ("queues", "job_attempts", "dead_letters"):
        assert world.http.get(table, headers=headers).status_code == 200
        assert refusal(world.http.delete(table, headers=headers)) == HIDDEN


def test_the_queue_itself_is_closed_to_everybody(world: World) -> None:
    for role in ("anon", "authenticated", "service_role"):
        allowed = world.value(
            "select has_schema_privilege(%s, 'pgmq', 'usage')"
            " and has_table_privilege(%s, 'pgmq.q_generate_plan', 'select')",
            role,
            role,
        )
        assert allowed is False, role
