from learnbase.planning.blocks import Assignment, Block, Rank
from learnbase.planning.layout import Piece, lay_out
from learnbase.planning.roadmap import TaskKind


def block(*minutes: float) -> Block:
    assignments = tuple(
        Assignment(f"Task {number}", TaskKind.PRACTICE, "Unit", length, "")
        for number, length in enumerate(minutes)
    )
    return Block("Unit", "Module", "Goal.", Rank.CORE, assignments)


def shape(weeks: list[list[Piece]]) -> list[list[tuple[int, int]]]:
    return [[(piece.order, piece.minutes) for piece in week] for week in weeks]


def test_weeks_are_full_and_nothing_changes_places():
    assert shape(lay_out([block(60, 60, 60, 60)], [120, 120], longest=60)) == [
        [(0, 60), (1, 60)],
        [(2, 60), (3, 60)],
    ]


def test_what_is_too_long_for_a_sitting_is_cut_into_equal_parts():
    assert shape(lay_out([block(240)], [120, 120], longest=60)) == [
        [(0, 60), (0, 60)],
        [(0, 60), (0, 60)],
    ]


def test_no_week_is_left_empty_by_the_one_before():
    assert shape(lay_out([block(100, 10, 10)], [300, 10, 10], longest=300)) == [
        [(0, 300)],
        [(1, 10)],
        [(2, 10)],
    ]


def test_one_task_serves_several_weeks_where_there_is_no_other():
    assert shape(lay_out([block(30)], [60, 60, 60], longest=60)) == [[(0, 60)]] * 3


def test_what_does_not_fit_at_ten_minutes_falls_off_the_end():
    assert shape(lay_out([block(*[60] * 9)], [30], longest=30)) == [[(0, 10), (1, 10), (2, 10)]]
