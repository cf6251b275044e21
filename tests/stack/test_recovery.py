"""Whatever happened to a stack, the next start says what is wrong or puts it right."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from learnbase.stack import Stack
from learnbase.stack.errors import DiskFull, HomeUnusable, PartMissing, PortTaken, StackStopped
from learnbase.stack.processes import Process, Register
from learnbase.stack.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ("postgres", "rest", "auth", "edge", "gateway")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="takes root to arrange")


class Overheard(Progress):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that has nothing to do with any stack."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def works(stack: Stack) -> bool:
    env = stack.env()
    answer = httpx.get(
        f"{env['SUPABASE_URL']}/rest/v1/notes?body=eq.precious",
        headers={"apikey": env["SUPABASE_SECRET_KEY"]},
    )
    return answer.status_code == 200 and len(answer.json()) == 1


@pytest.fixture(autouse=True)
def precious(stack: Stack) -> None:
    """Each test begins with a running stack and a row that must survive it."""
    with psycopg.connect(stack.start()["DATABASE_URL"]) as connection:
        connection.execute(
            "insert into notes (body) select 'precious'"
            " where not exists (select 1 from notes where body = 'precious')"
        )


def test_killing_everything_at_once_loses_nothing(stack: Stack):
    for name in PARTS:
        stack.process(name).send(signal.SIGKILL)
    stack.start()
    assert works(stack)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_was_killed_comes_back(stack: Stack, name: str):
    # PostgREST is started anew if its database was away: that is quicker than its own patience.
    gone = {name, "rest"} if name == "postgres" else {name}
    others = {part.name: part.pid for part in stack.status() if part.name not in gone}
    victim = stack.process(name)
    victim.send(signal.SIGKILL)
    assert victim.wait(60)
    stack.start()
    assert works(stack)
    assert others.items() <= {part.name: part.pid for part in stack.status()}.items()


def test_a_pid_that_went_to_somebody_else_is_left_alone(
    stack: Stack, stranger: subprocess.Popen[bytes]
):
    stack.stop()
    register = Register(stack.home.run)
    for name in PARTS:
        register.write(name, Process(stranger.pid, "some other moment"))
    account = stack.home.account
    lock = stack.home.place / "data" / "postmaster.pid"
    lock.write_text(f"{stranger.pid}\n{lock.parent}\n1\n5432\n\n127.0.0.1\n\nready\n")
    if account:
        os.chown(lock, account.uid, account.gid)
    assert [part.state for part in stack.status()] == ["stopped"] * 5
    stack.start()
    assert works(stack)
    stack.stop()
    assert stranger.poll() is None


def test_parts_that_nobody_wrote_down_are_replaced(stack: Stack):
    before = dict(stack.env())
    orphans = [stack.process(name) for name in PARTS]
    for name in PARTS:
        Register(stack.home.run).forget(name)
    stack.start()
    assert not any(orphan.is_running for orphan in orphans)
    assert stack.env() == before
    assert works(stack)


def test_a_half_made_data_folder_is_swept_away(stack: Stack):
    stack.stop()
    leftover = stack.home.place / "data-new-halfway" / "cluster"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("17\n")
    stack.start()
    assert not leftover.exists()
    assert works(stack)


def test_notes_of_a_stack_that_make_no_sense_are_written_anew(stack: Stack):
    stack.stop()
    for name in PARTS:
        (stack.home.run / f"{name}.json").write_text('{"pid": "cut o')
    stack.start()
    assert works(stack)


def test_a_port_that_somebody_took_is_exchanged_and_told(stack: Stack, project: Path):
    stack.stop()
    memory = stack.home.recall()
    assert memory
    heard = Overheard()
    with socket.create_server(("127.0.0.1", memory.ports["gateway"])):
        env = Stack(stack.home.path, project=project, progress=heard).start()
    assert str(memory.ports["gateway"]) not in env["SUPABASE_URL"]
    assert f"process {os.getpid()}" in heard.notes[0]
    assert works(stack)


def test_a_port_that_was_asked_for_is_not_exchanged(stack: Stack, monkeypatch: pytest.MonkeyPatch):
    stack.stop()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("LEARNBASE_PORT", str(port))
        with pytest.raises(PortTaken, match=rf"{port}.*process {os.getpid()}"):
            stack.start()
    stack.start()
    assert stack.env()["SUPABASE_URL"] == f"http://127.0.0.1:{port}"
    assert works(stack)


def test_without_node_the_stack_says_so(stack: Stack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(PartMissing, match="Node was not found"):
        stack.start()


def test_a_stack_whose_folder_is_deleted_under_it_ends(tmp_path: Path, project: Path):
    doomed = Stack(tmp_path / "home", project=project)
    doomed.start()
    processes = [doomed.process(name) for name in PARTS]
    try:
        shutil.rmtree(doomed.home.path)
        assert all(process.wait(60) for process in processes)
    finally:
        for process in processes:
            process.end()
        doomed.home.remove()


def test_a_stack_that_never_was_says_so(tmp_path: Path):
    nobody = Stack(tmp_path / "nothing")
    assert nobody.status() == []
    assert not nobody.stop()
    with pytest.raises(StackStopped, match="no stack"):
        nobody.env()


def test_a_home_that_is_no_folder_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeUnusable, match="file"):
        Stack(tmp_path / "file" / "home").start()


@root_only
def test_a_full_disk_is_told_with_its_folder(project: Path):
    disk = tempfile.mkdtemp()
    Path(disk).chmod(0o755)  # or Postgres would live elsewhere
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=60m", "none", disk], check=False
    ).returncode:
        pytest.skip("no mounting here")
    try:
        with pytest.raises(DiskFull, match=rf"{disk}.*the stack needs 250 MB"):
            Stack(f"{disk}/home", project=project).start()
    finally:
        subprocess.run(["umount", disk], check=True)
        Path(disk).rmdir()


@root_only
def test_below_a_closed_folder_postgres_lives_elsewhere(tmp_path: Path, project: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    hidden = Stack(closed / "home", project=project)
    assert hidden.home.place.parent == Path("/var/tmp")  # noqa: S108
    try:
        hidden.start()
        assert [part.state for part in hidden.status()] == ["running"] * 5
    finally:
        hidden.remove()
    assert not hidden.home.place.exists()


def test_the_command_says_a_known_error_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    env = {**os.environ, "LEARNBASE_HOME": str(tmp_path / "file" / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "learnbase.cli", "stack", "start"],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    assert done.returncode == 1
    assert "LEARNBASE_HOME" in done.stderr
    assert "Traceback" not in done.stderr
