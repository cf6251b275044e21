"""The difference between a plan as it stands and a roadmap for some of its weeks.

A task of the new roadmap that is the same as, or very like, one there is takes over its id. What
is fixed keeps its week, its place, its text and its links; what was finished is not asked for
again; what found no partner is dropped, with the reason.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from learnbase.planning.budget import DAYS
from learnbase.planning.likeness import alike
from learnbase.planning.proposal import Change, Place, Proposal
from learnbase.planning.roadmap import TaskKind
from learnbase.planning.titles import spelled_alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from learnbase.planning.living import LivingPlan, LivingTask, LivingWeek
    from learnbase.planning.roadmap import Roadmap, Task, Week

_LAST_PLACE = 200  # as the database bounds the order of tasks


def difference(
    living: LivingPlan,
    roadmap: Roadmap,
    *,
    from_week: int = 1,
    only_week: int | None = None,
    days_over: int = 0,
) -> Proposal:
    """Compare.

    Args:
        living: The plan as it stands.
        roadmap: The new weeks.
        from_week: The first week that anything new goes into. What is unfinished in weeks before
            may move from there, or is dropped.
        only_week: The one week that is new; all others stay as they are.
        days_over: Days of the first week that are over: the new tasks' days are counted from then.
    """
    return _Comparison(living, roadmap, from_week, only_week, days_over).proposal()


class _Comparison:
    def __init__(
        self,
        living: LivingPlan,
        roadmap: Roadmap,
        from_week: int,
        only_week: int | None,
        days_over: int,
    ) -> None:
        self._living = {week.order: week for week in living.weeks}
        self._roadmap = roadmap
        self._from_week = from_week
        self._only_week = only_week
        self._days_over = days_over
        self._staying: dict[str, set[int]] = {}
        for week in living.weeks:
            for task in filter(_stays, week.tasks):
                self._staying.setdefault(spelled_alike(task.title), set()).add(week.order)
        self._new = {week.week: self._unfinished(week) for week in roadmap.weeks}
        self._movable = {
            task.task_id: (week, task)
            for week in living.weeks
            if only_week is None or week.order == only_week
            for task in week.tasks
            if not _stays(task)
        }
        self._by_id = {str(task_id): pair for task_id, pair in self._movable.items()}
        self._partners = self._matched()

    def proposal(self) -> Proposal:
        numbers = set(self._new) | {week.order for week, _ in self._movable.values()}
        modules: list[dict[str, Any]] = []
        changes: list[Change] = []
        kept = 0
        for number in sorted(numbers):
            week, new = self._living.get(number), self._roadmap_week(number)
            module = self._module(number, week, new)
            placed = [change for change in self._placed(module) if change is not None]
            gone = self._dropped(week)
            there = len(module["tasks"]) - len(placed)
            kept += there
            renamed = self._module_change(module, week)
            left = {str(task.task_id) for task in week.tasks} if week else set()
            left -= {task["task_id"] for task in module["tasks"]}
            if week is not None and not (renamed or placed or left or module["drop"]):
                continue  # nothing of it changes, so it is not touched
            changes += [*renamed, *placed, *gone]
            modules.append(module)
        text = f"{self._roadmap.summary} {self._roadmap.note}".strip()
        return Proposal(tuple(modules), tuple(changes), kept, text)

    # Which is which

    def _unfinished(self, week: Week) -> list[Task]:
        """The tasks of a new week, without what was finished or stays as it is.

        Looking back may come again in another week.
        """
        here = self._living.get(week.week)
        room = _LAST_PLACE - sum(_stays(task) for task in (here.tasks if here else ()))
        tasks = [
            task
            for task in week.tasks
            if (there := self._staying.get(spelled_alike(task.title))) is None
            or (task.kind is TaskKind.REVIEW and week.week not in there)
        ]
        return tasks[:room]

    def _matched(self) -> dict[tuple[int, int], UUID]:
        """New task (week, place) → the living task that it is; best first, each once."""
        fresh = [
            (number, place, task)
            for number, tasks in self._new.items()
            for place, task in enumerate(tasks)
        ]
        partners: dict[tuple[int, int], UUID] = {}
        free = dict(self._movable)
        by_title: dict[str, list[UUID]] = {}
        for task_id, (_, there) in free.items():
            by_title.setdefault(spelled_alike(there.title), []).append(task_id)
        for number, place, task in fresh:
            same = by_title.get(spelled_alike(task.title), [])
            if same:
                # Of several with one title, the one that stands nearest.
                nearest = min(same, key=lambda one: abs(free[one][0].order - number))
                same.remove(nearest)
                partners[number, place] = nearest
                del free[nearest]
        rest = [one for one in fresh if one[:2] not in partners]
        for number, place, task_id in alike(rest, free.values()):
            if (number, place) not in partners and task_id in free:
                partners[number, place] = task_id
                del free[task_id]
        return partners

    # What the weeks would be

    def _roadmap_week(self, number: int) -> Week | None:
        return next((week for week in self._roadmap.weeks if week.week == number), None)

    def _module(self, number: int, week: LivingWeek | None, new: Week | None) -> dict[str, Any]:
        fixed = [task for task in week.tasks if _stays(task)] if week else []
        tasks = _in_order(fixed, self._fresh(number))
        title, description = (new.title, new.description) if new else ("", None)
        if week is not None and (fixed or new is None):
            title, description = week.title, week.description  # begun under that name
        return {
            "module_id": week and str(week.module_id),
            "order": number,
            "title": title,
            "description": description,
            "estimated_minutes": sum(task["estimated_minutes"] for task in tasks),
            "tasks": tasks,
            "drop": not tasks and number >= self._from_week,
        }

    def _fresh(self, number: int) -> list[dict[str, Any]]:
        fresh: list[dict[str, Any]] = []
        over = self._days_over if number == self._from_week else 0
        for place, task in enumerate(self._new.get(number, ())):
            partner = self._partners.get((number, place))
            there = self._movable[partner][1] if partner else None
            links = [link.model_dump(mode="json", exclude_none=True) for link in task.resources]
            # One in other words that brings no links along keeps those it has.
            keeps = there is not None and not (links and _differs(there, task))
            fresh.append(
                {
                    "task_id": partner and str(partner),
                    "order": 0,
                    "day": min(task.day + over, DAYS),
                    "title": task.title,
                    "description": task.description,
                    "estimated_minutes": task.minutes,
                    "resources": None if keeps else links,
                }
            )
        return fresh

    # What is different

    def _placed(self, module: dict[str, Any]) -> Iterable[Change | None]:
        """A change for each task of a week that is new or different, in the week's order."""
        number = module["order"]
        here = self._living.get(number)
        orders = {str(task.task_id): task.order for task in (here.tasks if here else ())}
        still = _longest_rise(
            [orders[t["task_id"]] for t in module["tasks"] if t["task_id"] in orders]
        )
        for task in module["tasks"]:
            after = Place(number, task["day"], task["title"], task["estimated_minutes"])
            if task["task_id"] is None:
                yield Change("added", "task", None, None, after, "new")
                continue
            if (pair := self._by_id.get(task["task_id"])) is None:
                continue  # it stays as it is
            week, there = pair
            before = Place(week.order, there.day, there.title, there.minutes)
            if week.order != number:
                reason = "slipped" if week.order < self._from_week else "moved"
                yield Change("moved", "task", there.task_id, before, after, reason)
            elif (there.title, there.description or "", there.minutes) != (
                task["title"],
                task["description"],
                task["estimated_minutes"],
            ):
                yield Change("changed", "task", there.task_id, before, after, "rewritten")
            elif there.day != task["day"]:
                yield Change("moved", "task", there.task_id, before, after, "moved")
            elif there.order not in still:
                yield Change("moved", "task", there.task_id, before, after, "reordered")

    def _dropped(self, week: LivingWeek | None) -> list[Change]:
        matched = set(self._partners.values())
        gone = [
            there
            for there in (week.tasks if week else ())
            if there.task_id in self._movable and there.task_id not in matched
        ]
        if week is None or not gone:
            return []
        reason = "replaced"
        if week.order < self._from_week:
            reason = "slipped"
        elif week.order not in self._new:
            reason = "week_gone"
        return [
            Change(
                "dropped", "task", there.task_id,
                Place(week.order, there.day, there.title, there.minutes), None, reason,
            )
            for there in gone
        ]  # fmt: skip

    def _module_change(self, module: dict[str, Any], week: LivingWeek | None) -> list[Change]:
        after = Place(module["order"], None, module["title"], module["estimated_minutes"])
        if week is None:
            return [Change("added", "module", None, None, after, "new_week")]
        minutes = sum(task.minutes for task in week.tasks)
        before = Place(week.order, None, week.title, minutes)
        if module["drop"]:
            return [Change("dropped", "module", week.module_id, before, None, "week_gone")]
        same = (week.title, week.description or "") == (
            module["title"],
            module["description"] or "",
        )
        return [] if same else [
            Change("changed", "module", week.module_id, before, after, "renamed")
        ]  # fmt: skip


def _stays(task: LivingTask) -> bool:
    return task.fixed or task.done


def _longest_rise(orders: Sequence[int]) -> set[int]:
    """The most of these distinct numbers that stand in rising order: the others changed place."""
    ends: list[int] = []
    lengths: list[int] = []
    for order in orders:
        at = bisect_left(ends, order)
        ends[at : at + 1] = [order]
        lengths.append(at + 1)
    rise: set[int] = set()
    wanted = len(ends)
    for order, length in zip(reversed(orders), reversed(lengths), strict=True):
        if length == wanted:
            rise.add(order)
            wanted -= 1
    return rise


def _differs(there: LivingTask, task: Task) -> bool:
    """Whether a task says something else than the one it takes over from; minutes aside."""
    return (there.title, there.description or "") != (task.title, task.description)


def _in_order(fixed: Sequence[LivingTask], fresh: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put a week together: what is fixed keeps its number, the others take those that are free.

    Days do not fall from one task to the next where the fixed ones leave room for that.
    """
    taken = {task.order for task in fixed}
    places = [place for place in range(1, _LAST_PLACE + 1) if place not in taken]
    waiting = sorted(fresh, key=lambda task: task["day"] or 0)
    placed = [
        {
            "task_id": str(task.task_id),
            "order": task.order,
            "day": task.day,
            "title": task.title,
            "description": task.description,
            "estimated_minutes": task.minutes,
            "resources": None,
        }
        for task in fixed
    ]
    # What comes on a later day than a fixed task stands behind it, if there are numbers enough.
    start = 0
    for index, task in enumerate(waiting):
        left = len(waiting) - index
        while start + left < len(places) and any(
            there.order > places[start] and (there.day or 0) < (task["day"] or 0) for there in fixed
        ):
            start += 1
        placed.append(task | {"order": places[start]})
        start += 1
    return sorted(placed, key=lambda task: int(task["order"]))
