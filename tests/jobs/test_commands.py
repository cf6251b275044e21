"""`learnbase jobs`, `doctor` and the command line around them, as processes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fakes.postgrest_proxy import PostgrestProxy
    from tests.jobs.site import Site, Worker


def learnbase(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "learnbase.cli", *arguments],
        env=kept | {"LEARNBASE_HOME": "/nonexistent", "NO_COLOR": "1", "COLUMNS": "200"} | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def access(site: Site, proxy: PostgrestProxy) -> dict[str, str]:
    anon = site.stack.token(role="anon")
    return {
        "SUPABASE_URL": proxy.url,
        "SUPABASE_SECRET_KEY": site.key,
        "SUPABASE_PUBLISHABLE_KEY": anon,
    }


def test_an_operator_finds_reads_and_requeues_a_dead_letter(
    site: Site, hire: Callable[..., Worker], access: dict[str, str]
):
    asked = site.ask()
    site.sql("alter table public.tasks add constraint never check (title = '') not valid")
    try:
        assert hire("--drain").wait() == 0
    finally:
        site.sql("alter table public.tasks drop constraint never")
    listed = learnbase("jobs", "list", **access)
    assert listed.returncode == 0, listed.stderr
    assert "not_saved" in listed.stdout
    [letter] = json.loads(learnbase("jobs", "list", "--json", **access).stdout)["dead_letters"]
    number = str(letter["id"])
    assert asked.generation_id in learnbase("jobs", "show", number, **access).stdout
    first = learnbase("jobs", "requeue", number, "--json", **access)
    second = learnbase("jobs", "requeue", number, "--json", **access)
    assert first.stdout == second.stdout, "asked twice, done once"
    assert hire("--drain").wait() == 0
    assert site.generation(asked)["status"] == "succeeded"
    assert json.loads(learnbase("jobs", "list", "--json", **access).stdout)["dead_letters"] == []


def test_an_unknown_dead_letter_is_told(access: dict[str, str]):
    for command in ("show", "requeue"):
        answer = learnbase("jobs", command, "987654", **access)
        assert answer.returncode == 1
        assert "There is no dead letter 987654" in answer.stderr
        assert "Traceback" not in answer.stderr


@pytest.fixture
def looked_at(site: Site) -> None:
    """The catalogue's links were, however old this database is."""
    site.sql("update public.resources set tried_at = now()")


@pytest.mark.usefixtures("looked_at")
def test_the_doctor_is_content_with_a_healthy_project(access: dict[str, str]):
    answer = learnbase("doctor", **access)
    assert answer.returncode == 0, answer.stdout
    assert "✗" not in answer.stdout


@pytest.mark.usefixtures("looked_at")
def test_the_doctor_names_what_is_wrong_and_what_to_do(site: Site, access: dict[str, str]):
    site.send({"v": 1})
    site.sql("update pgmq.q_generate_plan set enqueued_at = now() - interval '1 hour'")
    answer = learnbase("doctor", "--json", **access)
    assert answer.returncode == 1
    wrong = [check for check in json.loads(answer.stdout) if not check["ok"]]
    assert [check["name"] for check in wrong] == ["queue generate_plan"]
    assert "learnbase work" in wrong[0]["remedy"]


def test_the_doctor_finds_a_project_that_does_not_answer(access: dict[str, str]):
    answer = learnbase("doctor", **(access | {"SUPABASE_URL": "http://127.0.0.1:9"}))
    assert answer.returncode == 1
    assert "✗ worker schema" in answer.stdout
    assert "does not answer" in answer.stdout


def test_the_doctor_names_missing_settings(tmp_path: Path):
    answer = learnbase("doctor", LEARNBASE_HOME=str(tmp_path))
    assert answer.returncode == 1
    assert "SUPABASE_URL is not set" in answer.stdout
    assert "make stack" in answer.stdout


def test_a_missing_setting_stops_the_command_that_needs_it(tmp_path: Path):
    for command in (("work",), ("jobs", "list")):
        answer = learnbase(*command, LEARNBASE_HOME=str(tmp_path))
        assert answer.returncode == 2
        assert answer.stderr.startswith("SUPABASE_URL is not set. ")
        assert len(answer.stderr.splitlines()) == 1


def test_bad_usage_is_exit_code_2():
    assert learnbase("bake").returncode == 2
    assert learnbase("work", "--concurrency", "0").returncode == 2
    assert learnbase("jobs", "show", "one").returncode == 2


def test_help_imports_nothing_heavy_and_comes_at_once():
    code = (
        "import sys; sys.argv = ['learnbase', '--help']\n"
        "import learnbase.cli\n"
        "try: learnbase.cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'httpx', 'postgrest', 'openai', 'asyncio'} & set(sys.modules)\n"
        "print(heavy, file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert "doctor" in answer.stdout
    assert answer.stderr.strip() == "set()"
    # In turns and in seconds of CPU, so that it does not matter what else the machine does.
    times = [(effort("-m", "learnbase.cli", "--help"), effort("-c", "pass")) for _ in range(7)]
    help_takes, nothing_takes = map(min, zip(*times, strict=True))
    assert help_takes < 15 * nothing_takes


def effort(*arguments: str) -> float:
    """Seconds of CPU that a process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, timeout=60, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
