"""What is bad, since when, and what people have been told of it.

Each thing that is watched is told once when it has been bad for a while, and once more when that is over.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

TOGETHER: Final = timedelta(minutes=2)  # what has one cause is noticed within this time


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether something is bad, and since when it has been as it is."""

    bad: bool
    since: datetime

    @classmethod
    def after(cls, before: Seen | None, *, bad: bool, now: datetime) -> Seen:
        """Return how something looks of which only looks tell since when."""
        return before if before and before.bad == bad else cls(bad, now)


@dataclass(frozen=True, slots=True)
class Told:
    """That people were told, since when it was bad, and the place of the message: one for all that it named."""

    since: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something to be told in one message.

    Attributes:
        keys: What has changed, never empty.
        bad: Whether it is bad now.
        since: When the first of it became bad.
        until: When the last of it became good, or now.
        place: The place of the message.
        cleared: The places of earlier messages that are over.
        still: What else was told in one of the messages that told of these, and is still bad.
    """

    keys: list[str]
    bad: bool
    since: datetime
    until: datetime
    place: str
    cleared: list[str]
    still: list[str]


class Ledger:
    """Remembers what has been told of things that are bad, by their keys."""

    def __init__(self, patience: timedelta, settling: timedelta, told: Mapping[str, Told]) -> None:
        """Go on with what was told; tell after so long a time, and of the end when that has lasted."""
        self._patience = patience
        self._settling = settling
        self.told: Final = dict(told)

    def forget_all_but(self, known: Collection[str]) -> None:
        """Forget what is no more."""
        for key in self.told.keys() - known:
            del self.told[key]

    def changes(self, seen: Mapping[str, Seen], now: datetime, many: float) -> Iterator[Change]:
        """Return what is to be told now of all that can be seen, in one message of as many as are many.

        Where many were told and are not back yet, two more are many: they have the same cause.
        """
        news = {key: each for key, each in seen.items() if each.bad != (key in self.told)}
        begun = {key: each.since + self._patience for key, each in news.items() if each.bad}
        ended = {key: each.since + self._settling for key, each in news.items() if not each.bad}
        more = 2 if self._most_together(seen) >= many else many
        due = _due(begun, now, more)
        for keys in [due] if len(due) >= more else [[key] for key in due]:
            yield self._begin({key: seen[key].since for key in keys}, now)
        due = _due(ended, now, many)
        for keys in [due] if len(due) >= many else self._by_place(due):
            yield self._end(keys, seen)

    def _most_together(self, keys: Iterable[str]) -> int:
        """Return of how many the largest message tells that is not over."""
        return max(Counter(self.told[key].place for key in keys if key in self.told).values(), default=0)

    def _by_place(self, keys: list[str]) -> list[list[str]]:
        def place(key: str) -> str:
            return self.told[key].place

        return [list(group) for _, group in groupby(sorted(keys, key=place), key=place)]

    def _begin(self, since: Mapping[str, datetime], now: datetime) -> Change:
        keys = list(since)
        place = keys[0] if len(keys) == 1 else f"{keys[0]}_{now:%Y%m%d%H%M}"
        self.told.update({key: Told(time, place) for key, time in since.items()})
        return Change(keys, bad=True, since=min(since.values()), until=now, place=place, cleared=[], still=[])

    def _end(self, keys: list[str], seen: Mapping[str, Seen]) -> Change:
        members = Counter(each.place for each in self.told.values())
        told = [self.told.pop(key) for key in keys]
        places = {each.place for each in told}
        still = {key: each.place for key, each in self.told.items() if each.place in places and key in seen}
        return Change(
            keys,
            bad=False,
            since=min(each.since for each in told),
            until=max(seen[key].since for key in keys),
            place=max(sorted(places), key=lambda place: members[place]),
            cleared=sorted(places - set(still.values())),
            still=list(still),
        )


def _due(times: Mapping[str, datetime], now: datetime, many: float) -> list[str]:
    """Return what is due, nothing yet as long as others are about to follow that make it many."""
    near = [key for key, time in times.items() if time <= now + TOGETHER]
    due = [key for key in near if times[key] <= now]
    if due and len(due) < len(near) >= many and now < min(times[key] for key in due) + TOGETHER:
        return []
    return due
