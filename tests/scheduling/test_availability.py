import pytest

from learnbase.scheduling import default_windows
from learnbase.scheduling.availability import merged


@pytest.mark.parametrize("hours", range(81))
def test_the_defaults_hold_the_weekly_hours(hours: int):
    found = default_windows(hours)
    assert sum(one.ends - one.starts for one in found) >= hours * 60
    for day in range(1, 8):
        of_day = [(one.starts, one.ends) for one in found if one.weekday == day]
        assert merged(of_day) == sorted(of_day)
        assert all(0 <= first < last <= 1440 for first, last in of_day)


def test_five_hours_are_evenings_and_a_saturday_morning():
    found = {one.weekday: (one.starts, one.ends) for one in default_windows(5)}
    evening = (1080, 1185)
    assert found == {1: evening, 2: evening, 3: evening, 4: evening, 6: (540, 645)}


def test_forty_hours_are_daytime():
    assert min(one.starts for one in default_windows(40)) == 540


def test_windows_that_touch_or_overlap_are_one():
    assert merged([(60, 120), (0, 60), (100, 110), (200, 200), (300, 310)]) == [
        (0, 120),
        (300, 310),
    ]
