"""What runs by the clock, from any other scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from learnbase.cli.cron import Schedule

if TYPE_CHECKING:
    from tests.cli.conftest import Shell
    from tests.world import World


def test_every_schedule_of_the_database_can_be_run_from_here(world: World, shell: Shell):
    rows = world.sql("select jobname from cron.job where command like '%run_schedule%'")
    assert {row["jobname"] for row in rows} == set(get_args(Schedule))
    for schedule in get_args(Schedule):
        said = shell.run("cron", "run", schedule, "--dry-run")
        assert said.code == 0, said.err
        assert said.out.endswith(" (nothing was changed).\n")


def test_a_time_to_come_can_only_be_tried(shell: Shell):
    tried = shell.run("cron", "run", "weekly-summary", "--at", "2126-01-07T08:00", "--dry-run")
    assert tried.code == 0
    assert int(tried.out.split()[0]) >= 0
    refused = shell.run("cron", "run", "weekly-summary", "--at", "2126-01-07T08:00")
    assert refused.code == 1
    assert "--dry-run" in refused.err
