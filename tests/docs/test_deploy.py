"""deploy/: image, unit and workflow, as far as they go without Docker and root."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.docs.pages import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World

DEPLOY = PROJECT / "deploy"
UNIT = DEPLOY / "learnbase-worker.service"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, as (name, what follows)."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


def last_stage() -> list[tuple[str, str]]:
    found = instructions()
    start = max(n for n, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def value(name: str) -> str:
    return next(what for instruction, what in reversed(last_stage()) if instruction == name)


def test_what_the_image_copies_is_enough_to_work(world: World, tmp_path: Path) -> None:
    for name, what in last_stage():
        if name == "COPY" and not what.startswith("--from"):
            source, target = what.split()
            shutil.copytree(PROJECT / source, tmp_path / target.lstrip("/"))
    env = dict(re.findall(r"(\w+)=(\S+)", value("ENV")))
    python_path = env["PYTHONPATH"].replace("/app", f"{tmp_path}/app")
    needed = ("SUPABASE_URL", "SUPABASE_SECRET_KEY")
    settings = {name: world.stack.env()[name] for name in needed}
    _, *entry = json.loads(value("ENTRYPOINT"))
    assert entry == ["-m", "learnbase.cli"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env={"PATH": os.environ["PATH"], **env, "PYTHONPATH": python_path, **settings},
            cwd=tmp_path / value("WORKDIR").lstrip("/"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    asked = world.person().ask().json()["generation_id"]
    done = run(*entry, *json.loads(value("CMD")), "--drain")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[0])["event"] == "serving"
    query = "select status from plan_generations where id = %s"
    assert world.value(query, asked) == "succeeded"
    where = run("-c", "import learnbase, workers; print(learnbase.__file__, workers.__file__)")
    assert all(file.startswith(f"{tmp_path}/app") for file in where.stdout.split())


def test_the_image_runs_as_nobody_and_installs_by_hash() -> None:
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", value("USER"))
    installs = [what for name, what in instructions() if "pip install" in what]
    assert installs
    assert all("--require-hashes" in what and "--only-binary :all:" in what for what in installs)
    assert not any(name == "ADD" for name, _ in instructions())
    assert not re.search(r"KEY|SECRET|TOKEN|PASSWORD", (DEPLOY / "Dockerfile").read_text())


def test_the_image_is_sent_nothing_but_what_it_copies() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source
        for name, what in instructions()
        if name == "COPY" and not what.startswith("--from")
        for source in what.split()[:-1]
    }
    assert "*" in ignored
    assert sent == copied
    assert all((PROJECT / source).exists() for source in copied)


def test_the_unit_holds_its_grace_and_gives_up_on_bad_settings() -> None:
    unit = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    assert int(unit["TimeoutStopSec"]) > 25  # learnbase work --grace
    assert unit["RestartPreventExitStatus"] == "2"
    assert unit["ExecStart"].endswith("-m learnbase.cli work")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/learnbase/.venv/bin/python", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def workflow() -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((DEPLOY / "github-actions-cron.yml").read_text())
    return found


def test_the_workflow_may_read_and_is_started_by_the_clock() -> None:
    asked = workflow()
    assert asked["permissions"] == {"contents": "read"}
    [schedule] = asked[True]["schedule"]  # "on" is a truth value in YAML 1.1
    assert len(schedule["cron"].split()) == 5


def test_the_workflow_gives_the_keys_to_the_worker_alone() -> None:
    steps = workflow()["jobs"]["work"]["steps"]
    with_secrets = [step for step in steps if "secrets." in json.dumps(step)]
    assert [step["run"] for step in with_secrets] == ["python -m learnbase.cli work --drain"]
    explained = (PROJECT / ".env.example").read_text()
    for name, said in with_secrets[0]["env"].items():
        if "secrets." in said:
            assert said == f"${{{{ secrets.{name} }}}}"
            assert f"\n#{name}=" in explained
