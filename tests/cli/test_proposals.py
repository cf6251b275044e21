"""Making a plan anew and deciding on it, from a terminal."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import Deliveries
from tests.stories.proposals import Living, underway

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Said, Shell
    from tests.world import Person, World

TICK = "insert into public.task_progress (task_id, status) values (%s, 'completed')"


@dataclass(frozen=True)
class Desk:
    """Ada's terminal, and her plan of three weeks that a worker made; Read is finished."""

    shell: Shell
    plan: Living

    def run(self, *arguments: str) -> Said:
        return self.shell.run("plan", *arguments)

    def regenerated(self, *arguments: str) -> dict[str, Any]:
        """Ask, let a worker do it, and answer the proposal."""
        asked = self.run("regenerate", self.plan.id, *arguments, "--no-wait", "--json")
        assert asked.code == 0, asked.err
        worked = self.shell.run("work", "generate_plan", "--drain")
        assert worked.code == 0, worked.err
        shown = self.run("show", self.plan.id, "--proposal", "--json")
        assert shown.code == 0, shown.err
        proposal: dict[str, Any] = json.loads(shown.out)
        assert proposal["generation_id"] == json.loads(asked.out)["generation_id"]
        return proposal


@pytest.fixture
def desk(world: World, as_person: Callable[[Person], Shell]) -> Desk:
    ada = world.person("Ada", tier="pro")
    return Desk(as_person(ada), Living.of(ada, Deliveries(world)))


def test_a_plan_is_made_anew_read_as_a_difference_accepted_and_taken_back(desk: Desk) -> None:
    before = desk.plan.rows()
    proposal = desk.regenerated("--whole", "--wish", "More about knots")

    shown = desk.run("show", desk.plan.id, "--proposal")
    assert shown.code == 0, shown.err
    assert "for the wish “More about knots”" in shown.out
    assert "Week 1 " in shown.out
    lines = shown.out.splitlines()
    dropped = next(line for line in lines if line.startswith("  - ") and "Watch" in line)
    assert dropped.endswith("Other tasks took its place.")
    assert any(line.startswith("  + ") and "It was not in the plan." in line for line in lines)
    assert not any("  Read  " in line for line in lines)  # finished, so it is left alone
    assert f"learnbase plan accept {proposal['id']}" in shown.out
    assert desk.plan.rows() == before

    accepted = desk.run("accept", desk.plan.id[:13])
    assert accepted.code == 0, accepted.err
    assert f"learnbase plan undo {proposal['id']}" in accepted.out
    titles = {task["title"] for task in desk.plan.rows()["tasks"]}
    assert "Read" in titles
    assert "Watch" not in titles
    assert desk.run("undo", proposal["id"]).out == "Undone: the plan is what it was.\n"
    assert {task["id"] for task in desk.plan.rows()["tasks"]} == {t["id"] for t in before["tasks"]}


def test_every_kind_of_change_has_its_sign_its_place_and_its_reason(desk: Desk) -> None:
    changes = [
        _change("changed", 1, "Watch", "Watch twice", minutes=(60, 90)),
        _change("moved", 2, "List", "List", came_from=1),
        _change("dropped", 2, "Note", None),
        _change("added", 2, None, "Test"),
        _change("added", 3, None, "Forms", what="module"),
        _change("changed", 2, "Old name", "New name", what="module"),
    ]
    modules = desk.plan.new_weeks()
    more = {"target": {"modules": modules}, "changes": changes, "summary": {"kept": 2, "added": 1}}
    proposed = desk.plan.propose(proposal=more)
    shown = desk.run("show", desk.plan.id, "--proposal")
    assert shown.code == 0, shown.err
    assert proposed in shown.out
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert "~ day 1 1 h 30 Watch → Watch twice 1 h → 1 h 30 Because." in lines
    assert "→ day 1 1 h List from week 1, day 1 Because." in lines
    assert "- day 1 1 h Note Because." in lines
    assert "+ day 1 1 h Test Because." in lines
    assert "https://video.example.com/talk/3" in lines
    assert "~ Week 2 Old name → New name Because." in lines
    assert "+ Week 3 Forms Because." in lines
    assert any(line.startswith("2 more in these weeks stay as they are") for line in lines)
    headings = [line for line in lines if "Week" in line]
    assert [heading.split("Week ")[1][0] for heading in headings] == ["1", "2", "3"]


def test_one_week_is_made_anew_and_refused(desk: Desk) -> None:
    before = desk.plan.rows()
    proposal = desk.regenerated("--module", "2")
    assert {module["order"] for module in proposal["target"]["modules"]} <= {2}
    refused = desk.run("reject", desk.plan.id)
    assert refused.out == "Refused: the plan stays as it is.\n"
    assert desk.plan.rows() == before
    shown = desk.run("show", desk.plan.id, "--proposal")
    assert f"Proposal {proposal['id']}, rejected" in shown.out
    assert "learnbase plan accept" not in shown.out
    again = desk.run("accept", proposal["id"])
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("The proposal is rejected. See it with:")


def test_asked_to_wait_it_prints_the_difference_at_the_end(desk: Desk) -> None:
    job = desk.plan.regenerate(scope="whole")
    desk.plan.deliveries.hand_back([job])
    assert desk.shell.run("work", "generate_plan", "--drain").code == 0
    # Asked for what is done already, by key or under way, it is the same generation.
    key = str(uuid.uuid4())
    first = desk.run("regenerate", desk.plan.id, "--key", key, "--no-wait", "--json")
    assert desk.shell.run("work", "generate_plan", "--drain").code == 0
    said = desk.run("regenerate", desk.plan.id, "--key", key)
    assert said.code == 0, said.err
    assert "The proposal is there" in said.err
    assert "Proposal " in said.out
    assert json.loads(first.out)["plan_id"] == desk.plan.id


def test_without_an_id_the_one_open_proposal_is_meant(desk: Desk) -> None:
    assert desk.run("accept").err.startswith("No proposal for any plan of yours is open.")
    desk.regenerated("--whole")
    assert json.loads(desk.run("accept", "--json").out)["status"] == "accepted"
    assert json.loads(desk.run("undo", "--json").out)["status"] == "undone"
    nothing = desk.run("undo", desk.plan.id)
    assert nothing.code == 1
    assert nothing.err.startswith("No proposal for this plan is accepted.")


def test_a_plan_that_moved_on_is_a_conflict_with_its_remedy(desk: Desk) -> None:
    desk.regenerated("--whole")
    desk.plan.owner.update("tasks", {"title": "Mine"}, id=f"eq.{desk.plan.task('Watch')['id']}")
    before = desk.plan.rows()
    said = desk.run("accept", desk.plan.id)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "The plan was changed since. "
        "Read it with: learnbase plan show; ask anew with: learnbase plan regenerate.\n"
    )
    assert desk.plan.rows() == before


def test_a_task_ticked_meanwhile_is_named_in_the_conflict(desk: Desk) -> None:
    proposal = desk.plan.propose()
    assert desk.plan.owner.tick(desk.plan.task("Note")).status_code == 201
    said = desk.run("accept", proposal)
    assert said.code == 1
    assert said.err.startswith("“Note” was begun, finished, edited or pinned meanwhile.")
    assert "learnbase plan regenerate" in said.err


def test_a_task_somebody_ticks_right_now_is_a_conflict_at_once(desk: Desk) -> None:
    proposal, note = desk.plan.propose(), desk.plan.task("Note")
    with underway(desk.plan.world, desk.plan.owner, TICK, note["id"]):
        said = desk.run("accept", proposal)
    assert said.code == 1
    assert said.err.startswith("Somebody is working on a task that this would change.")
    assert desk.run("accept", proposal).code == 0 or desk.plan.status(proposal) == "open"


def test_what_is_somebody_elses_is_as_unknown_as_what_never_was(
    desk: Desk, world: World, as_person: Callable[[Person], Shell]
) -> None:
    proposal = desk.plan.propose()
    ben = as_person(world.person("Ben"))
    nowhere = str(uuid.uuid4())
    for hers in (desk.plan.id, proposal):
        for command in ("accept", "reject", "undo"):
            there = ben.run("plan", command, hers)
            assert there.code == 1
            assert there.err.replace(hers, nowhere) == ben.run("plan", command, nowhere).err
    for command in (["show", "--proposal"], ["regenerate"], ["regenerate", "--module", "1"]):
        there = ben.run("plan", *command, desk.plan.id)
        assert there.code == 1
        unknown = ben.run("plan", *command, nowhere).err
        assert there.err.replace(desk.plan.id, nowhere) == unknown
    assert desk.plan.status(proposal) == "open"


def test_a_plan_without_a_proposal_says_how_to_get_one(desk: Desk) -> None:
    for command in (["show", "--proposal"], ["accept"], ["reject"]):
        said = desk.run(*command, desk.plan.id)
        assert (said.code, said.out) == (1, "")
        assert "learnbase plan regenerate" in said.err


def test_a_week_that_is_not_there_and_a_wish_that_is_two_are_told(desk: Desk) -> None:
    missing = desk.run("regenerate", desk.plan.id, "--module", "9")
    assert missing.code == 1
    assert missing.err.startswith("There is no week 9 in plan")
    both = desk.run("regenerate", desk.plan.id, "--module", "1", "--whole")
    assert both.code == 2
    assert "--whole or --module" in both.err
    long = desk.run("regenerate", desk.plan.id, "--wish", "x" * 2001)
    assert long.code == 1
    assert long.err.startswith("The wish is too long")


def test_what_a_model_wrote_cannot_command_the_terminal(desk: Desk) -> None:
    change = _change("added", 1, None, "\x1b[2JTest\x07 [/x]")
    change["reason"]["text"] = "\x1b]0;title\x07Because"
    more = {
        "target": {"modules": desk.plan.new_weeks()},
        "changes": [change],
        "summary": {"added": 1, "text": "\x1b[31m[bold]It\x9b fits"},
    }
    desk.plan.propose(proposal=more)
    shown = desk.run("show", desk.plan.id, "--proposal")
    assert shown.code == 0, shown.err
    assert not {"\x1b", "\x07", "\x9b"} & set(shown.out)
    assert "[2JTest [/x]" in shown.out
    assert "[bold]It fits" in shown.out


def _change(
    change: str,
    week: int,
    was: str | None,
    now: str | None,
    *,
    what: str = "task",
    came_from: int | None = None,
    minutes: tuple[int, int] = (60, 60),
) -> dict[str, Any]:
    """A change as the database keeps it."""
    day = 1 if what == "task" else None
    there = {"week": came_from or week, "day": day, "title": was, "minutes": minutes[0]}
    place = {"week": week, "day": day, "title": now, "minutes": minutes[1]}
    return {
        "change": change,
        "what": what,
        f"{what}_id": None,
        "title": now or was,
        "from": there if was else None,
        "to": place if now else None,
        "reason": {"code": "x", "text": "Because."},
    }
