"""What every generation of dashboards can be asked; a change here changes all of them."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, Protocol

from ..models import Latency, Monitor, Snapshot
from ..transport import Answer


class Access(Protocol):
    """One dashboard, asked with one credential."""

    @property
    def is_guest(self) -> bool:
        """Whether it is asked without a credential."""

    async def get(self, path: str) -> Answer:
        """Return the answer to a GET request for a path below the dashboard's address."""

    def frames[FrameT](self, path: str, read: Callable[[Any, int], FrameT]) -> AsyncGenerator[FrameT]:
        """Yield what the messages of one WebSocket connection say.

        `read` gets each message decoded, with its size in bytes, and raises InvalidAnswerError for garbage.
        """


class WayIn(StrEnum):
    """How a dashboard lets in."""

    TOKEN = auto()
    LOGIN = auto()
    GUEST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a generation can do beyond listing its servers."""

    stream: bool = False
    monitors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyAnswer:
    """What the monitors have measured from one server, by the dashboard's clock, and the answer's size in bytes."""

    time: datetime
    latencies: tuple[Latency, ...]
    size: int


class Generation(Protocol):
    """One generation's endpoints and wire formats."""

    number: int
    capabilities: Capabilities
    site_name: str
    """What the dashboard calls itself, empty where its API does not say."""

    async def snapshot(self, access: Access) -> Snapshot:
        """Return all servers that the credential may see."""

    def stream(self, access: Access) -> AsyncGenerator[Snapshot]:
        """Yield all servers as often as the dashboard tells; only with the capability `stream`."""

    async def groups(self, access: Access) -> Mapping[int, tuple[str, ...]] | None:
        """Return the groups of the servers by their ids, `None` where the snapshots have them."""

    async def monitored(self, access: Access) -> frozenset[int] | None:
        """Return the ids of the servers that may be asked for latencies, `None` where that is not told."""

    async def latencies(self, access: Access, server_id: int) -> LatencyAnswer:
        """Return the last day's points of every monitor of one server; raises NotOfferedError where there are none."""

    async def monitors(self, access: Access) -> tuple[Monitor, ...]:
        """Return the monitors; only with the capability `monitors`."""

    async def ways_in(self, access: Access) -> frozenset[WayIn]:
        """Return how this very dashboard lets in, asked without a credential."""

    def server_page(self, server_id: int, *, monitored: bool) -> str | None:
        """Return the path of the page that shows a server, `None` where there is none."""
