"""When a server is gone."""

import pytest

from custom_components.nezha.absence import Absences

HOUR = 3600
DAY = 24 * HOUR
VANISHED = 1_000_000.0


@pytest.mark.parametrize(
    ("answers", "seconds", "gone"),
    [
        pytest.param(100, DAY, {"1"}, id="a day and a hundred answers"),
        pytest.param(99, 7 * DAY, set(), id="too few answers"),
        pytest.param(3000, 23 * HOUR, set(), id="not for long enough"),
        pytest.param(3000, -DAY, set(), id="a clock that was put back"),
    ],
)
def test_a_server_is_gone_after_a_day_and_a_hundred_answers(answers: int, seconds: float, gone: set[str]) -> None:
    """Both, for Home Assistant may have been off for most of the day."""
    absences = Absences()
    for _ in range(answers - 1):
        absences.take({"1": VANISHED}, VANISHED)
    assert absences.take({"1": VANISHED}, VANISHED + seconds) == gone


def test_answers_are_counted_anew_for_a_server_that_was_back() -> None:
    """One answer that shows it is enough; those of other servers go on."""
    absences = Absences()
    for _ in range(99):
        absences.take({"1": VANISHED, "2": VANISHED}, VANISHED)
    absences.take({"2": VANISHED}, VANISHED)
    assert absences.take({"1": VANISHED, "2": VANISHED}, VANISHED + DAY) == {"2"}
