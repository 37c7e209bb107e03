"""Faults that are put in force, and a look at what is left when they are over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
import logging
from pathlib import Path
from unittest.mock import patch

from aiohttp import ClientTimeout
import pytest

from simulator.dashboard import Dashboard
from simulator.faults import FaultKind, FaultOptions
from tests.watching import LOGGER

from .matrix import Fault

TRANSPORT = "custom_components.nezha.api.transport"
SOON = 5
"""Seconds within which something must happen that could otherwise take for ever."""


def sockets() -> int:
    """Return how many sockets this process has open."""
    return sum(_target(link).startswith("socket:") for link in Path("/proc/self/fd").iterdir())


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""  # it was what this folder was read with


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    """See to it that a test leaves no socket and no task behind, neither ours nor the dashboard's."""
    open_before, tasks_before = sockets(), asyncio.all_tasks()
    yield
    async with asyncio.timeout(SOON):
        while sockets() > open_before or asyncio.all_tasks() - tasks_before - {asyncio.current_task()}:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def custom_integrations(nothing_left: None, enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration, and end before it is looked what is left."""


@contextmanager
def patience(fault: Fault) -> Iterator[None]:
    """Wait only as long as a test can for what does not come."""
    waiting = fault.kind in {FaultKind.SLOW, FaultKind.TRICKLE}
    with patch(f"{TRANSPORT}.TIMEOUT", ClientTimeout(total=0.2 if waiting else SOON)):
        yield


def put_in_force(simulated: Dashboard, fault: Fault, path: str) -> None:
    """Let a fault meet every request for a path; a redirect knows where it came from."""
    options = FaultOptions(**fault.options)
    if "location" in options:
        options["location"] = options["location"].format(path=path)
    simulated.faults.add(path, fault.kind, **options)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what stands in the log for everybody to see: errors and tracebacks of anybody, our own warnings."""
    seen = [record for record in caplog.records if record.levelno > logging.DEBUG]
    return [record.getMessage() for record in seen if record.exc_info or record.levelno >= _least(record)]


def _least(record: logging.LogRecord) -> int:
    return logging.WARNING if record.name.startswith(LOGGER) else logging.ERROR
