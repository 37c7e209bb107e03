"""When a server is gone: absent for a day, and from many answers that would have shown it."""

from collections.abc import Mapping

from .const import GONE_AFTER, GONE_ANSWERS


class Absences:
    """How many answers in a row have lacked each absent server; a restart of Home Assistant counts anew."""

    def __init__(self) -> None:
        """Begin with none."""
        self._answers: Mapping[str, int] = {}

    def take(self, absent_since: Mapping[str, float], now: float) -> set[str]:
        """Take one more answer, which lacks these servers (when they vanished, in Unix seconds); return who is gone."""
        self._answers = {key: self._answers.get(key, 0) + 1 for key in absent_since}
        long_ago = now - GONE_AFTER.total_seconds()
        return {key for key, since in absent_since.items() if since <= long_ago and self._answers[key] >= GONE_ANSWERS}
