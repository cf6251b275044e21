"""docs/frontend.md, from the first line to the last, as a reader would follow it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs import node, snippets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.world import World

PAGE = node.PROJECT / "docs" / "frontend.md"
# Why an example is not run: anything else on this list is an oversight.
NOT_RUN = {
    "the local Auth has no anonymous sign-in",
    "the local stack has no Realtime",
    "the other examples are checked against these types",
}
_DATABASE = "import('./supabase/types/database.ts').Database"
_CLIENT = f"import('@supabase/supabase-js').SupabaseClient<{_DATABASE}>"
_DECLARED = f"""
declare const process: {{ env: Record<string, string> }};
declare function begin(line: number): void;
declare function end(): never;
declare function openLetter(email: string, page: string): Promise<any>;
declare function same(line: number, actual: unknown, shown: unknown): void;
declare function somebody(name: string): Promise<{_CLIENT}>;
declare function connected(client: {_CLIENT}, provider: string): Promise<void>;
declare function disconnected(client: {_CLIENT}): Promise<void>;
declare function work(): void;
declare function showPage(what: unknown): void;
declare function showSignIn(): void;
declare function showNewPasswordForm(): void;
""".replace("\n", " ")


def test_every_example_runs_in_order_and_shows_what_the_page_says(
    world: World, project_env: Mapping[str, str]
) -> None:
    world.sql("delete from auth.users where email = 'grace@example.com'")
    printed = node.run(snippets.program(PAGE, head=node.HEAD), project_env)
    shown = len(re.findall(r"^[^<\n]+// →", PAGE.read_text(), re.MULTILINE))
    assert json.loads(printed.splitlines()[-1])["compared"] >= shown > 40
    assert world.count("auth.users", email="grace@example.com") == 0
    assert world.count("public.users", email="grace@example.com") == 0


def test_every_example_agrees_with_the_generated_types() -> None:
    right = snippets.program(PAGE, head=_DECLARED)
    wrong = right.replace('status: "in_progress"', 'status: "doing"')
    [line] = [n for n, text in enumerate(wrong.splitlines(), 1) if '"doing"' in text]
    of_right, of_wrong = type_errors(right, wrong)
    assert of_right == []
    assert of_wrong == [[line, "Type '\"doing\"' is not assignable"]]


@pytest.mark.parametrize(
    ("page_says", "happens"),
    [("first.order // → 2", "says 2, and it is 1"), ("first.colour.name", "reading 'name'")],
)
def test_the_run_would_notice_a_wrong_example(
    world: World, project_env: Mapping[str, str], page_says: str, happens: str
) -> None:
    del world
    page = ["```js", "const first = { order: 1 };", "```", "```js", page_says, "```"]
    with pytest.raises(AssertionError, match=happens) as failure:
        node.run(program_of(page), project_env)
    assert "line 5" in str(failure.value)


def test_only_what_cannot_be_run_here_is_not_run() -> None:
    assert {block.not_run for block in snippets.blocks(PAGE) if block.not_run} == NOT_RUN


def program_of(page: list[str]) -> str:
    return snippets.program_of(page, head=node.HEAD)


def type_errors(*programs: str) -> list[list[list[Any]]]:
    """For each program, its errors as [line, the first words of the message]."""
    done = subprocess.run(
        ["node", "tests/docs/typecheck.mjs"],
        input=json.dumps(programs),
        cwd=node.PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        [[line, " ".join(said.split()[:5])] for line, said in errors]
        for errors in json.loads(done.stdout)
    ]
