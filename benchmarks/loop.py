"""What occupies the event loop, callback by callback."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import gc
from time import monotonic, thread_time

_NOTABLE = 0.0002
"""Seconds; shorter callbacks are the loop's own business and no sign that an update goes on."""
_QUIET = 0.08
"""Seconds without a notable callback after which an update is over."""


@dataclass(slots=True)
class Occupation:
    """How long callbacks have kept the loop, in seconds of its thread's processor time."""

    total: float = 0.0
    longest: float = 0.0
    callbacks: int = 0
    busy_at: float = 0.0
    """When the last notable callback ended, on the monotonic clock."""

    def take(self, seconds: float) -> None:
        """Count a callback."""
        self.total += seconds
        self.callbacks += 1
        self.longest = max(self.longest, seconds)
        if seconds > _NOTABLE:
            self.busy_at = monotonic()

    async def ends(self) -> None:
        """Wait until nothing notable has run for a while."""
        self.busy_at = max(self.busy_at, monotonic())
        while (rest := self.busy_at + _QUIET - monotonic()) > 0:  # noqa: ASYNC110 - nobody tells of the end
            await asyncio.sleep(rest)


@contextmanager
def occupation() -> Iterator[Occupation]:
    """Time every callback of the loop, after a full collection of garbage."""
    measured = Occupation()
    run = asyncio.Handle._run  # noqa: SLF001 - the one place that every callback passes

    def timed(handle: asyncio.Handle) -> None:
        start = thread_time()
        run(handle)
        measured.take(thread_time() - start)

    gc.collect()
    asyncio.Handle._run = timed  # type: ignore[assignment,method-assign]  # noqa: SLF001
    try:
        yield measured
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]  # noqa: SLF001
