"""A Nezha dashboard that lives: servers, agents and monitors made up, the wire as recorded."""

from simulator.clock import Clock
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from simulator.world import UnknownServerError, World

__all__ = ["Clock", "Dashboard", "FaultKind", "UnknownServerError", "World"]
