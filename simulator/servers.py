"""Servers and groups as a dashboard knows them."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypedDict

from simulator.agent import Agent, Report

NOBODY: Final = 0
"""Who owns a server that registered itself with the secret of all agents."""
ADMINISTRATOR: Final = 1
"""The id of the first user, who owns whatever is nobody else's."""


class Returns(Enum):
    """When a server that was deleted while its agent runs is back."""

    NEVER = auto()
    AT_ONCE = auto()
    AFTER_RESTART = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as the dashboard knows it at one moment."""

    id: int
    name: str
    group: str
    display_index: int
    hide_for_guest: bool
    uuid: str
    note: str
    """For administrators alone."""
    public_note: str
    created: float
    """Unix seconds on the world's clock."""
    updated: float
    report: Report | None
    """The last report; None when none came since the dashboard started."""
    owner: int
    """The id of its user."""
    connected: bool
    """Whether the agent's stream is open, as far as the dashboard knows."""
    stateless: bool
    """Whether a host with a later boot time came and its state not yet."""


@dataclass(frozen=True, slots=True)
class Group:
    """Servers that an administrator put together."""

    id: int
    name: str
    created: float
    """Unix seconds on the world's clock."""


class Changes(TypedDict, total=False):
    """What an administrator can change about a server."""

    name: str | None
    group: str | None
    display_index: int | None
    hide_for_guest: bool | None
    public_note: str | None
    note: str | None
    owner: int | None


@dataclass(slots=True, kw_only=True)
class Entry:
    """What an administrator entered about a server, and the agent that reports it."""

    name: str
    group: str = ""
    display_index: int = 0
    hide_for_guest: bool = False
    public_note: str = ""
    note: str = ""
    created: float
    updated: float
    owner: int = ADMINISTRATOR
    agent: Agent
