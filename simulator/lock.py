"""The lock of a dashboard's list of servers, which early versions forget to give back."""

from typing import Final

from simulator.world import World


class ServerLock:
    """Once it has leaked, the next edit waits for it for ever, and everybody waits for the edit."""

    def __init__(self, world: World) -> None:
        """Guard the servers of a world."""
        self._world: Final = world
        self._leaked_at: int | None = None

    @property
    def frozen(self) -> bool:
        """Whether something was edited after the lock had leaked."""
        return self._leaked_at is not None and self._world.edits > self._leaked_at

    def leak(self) -> None:
        """Forget to give it back."""
        if self._leaked_at is None:
            self._leaked_at = self._world.edits

    def renew(self) -> None:
        """Begin anew with the dashboard's process."""
        self._leaked_at = None
