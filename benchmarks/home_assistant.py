"""A real Home Assistant in this process: its own start, registries and platforms, without a web server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
import json
import logging
from pathlib import Path
import socket
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap, loader
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.runner import create_event_loop

import custom_components

_HOST = "127.0.0.1"
_CONTENDERS = Path(__file__).parent / "custom_components"


@asynccontextmanager
async def home_assistant(
    folder: Path, config: Mapping[str, Any] | None = None, *, prepare: Callable[[HomeAssistant], None] | None = None
) -> AsyncIterator[HomeAssistant]:
    """Start Home Assistant with a configuration, and stop it in the end, so that it stores what it knows."""
    if str(_CONTENDERS) not in custom_components.__path__:
        custom_components.__path__.append(str(_CONTENDERS))
    logging.basicConfig(level=logging.ERROR)
    bootstrap.DEFAULT_INTEGRATIONS.intersection_update({"network"})  # the others are for people, such as pages
    _choose_port(folder)
    hass = HomeAssistant(str(folder))
    loader.async_setup(hass)
    hass.config.skip_pip = True
    if prepare:
        prepare(hass)
    started = await bootstrap.async_from_config_dict({"sensor": [], "binary_sensor": [], **(config or {})}, hass)
    if started is None:
        raise RuntimeError("Home Assistant did not start")
    await hass.async_start()
    try:
        yield hass
    finally:
        await hass.async_stop(force=True)


def _choose_port(folder: Path) -> None:
    """Have the web server, which others depend on, listen where no other does; in its first format of storage."""
    with socket.create_server((_HOST, 0)) as server:
        port = server.getsockname()[1]
    stored = {"version": 1, "minor_version": 1, "key": "http", "data": {"server_host": [_HOST], "server_port": port}}
    (folder / ".storage").mkdir(exist_ok=True)
    (folder / ".storage" / "http").write_text(json.dumps(stored))


async def add_entry(
    hass: HomeAssistant, domain: str, title: str, data: Mapping[str, Any], options: Mapping[str, Any] | None = None
) -> ConfigEntry:
    """Add a config entry and wait until it is set up."""
    entry: ConfigEntry = ConfigEntry(
        data=data,
        discovery_keys=MappingProxyType({}),
        domain=domain,
        minor_version=1,
        options=options or {},
        source="user",
        subentries_data=(),
        title=title,
        unique_id=None,
        version=1,
    )
    await hass.config_entries.async_add(entry)
    if entry.state is not ConfigEntryState.LOADED:
        raise RuntimeError(f"{domain} {title} was not set up: {entry.reason}")
    await hass.async_block_till_done()
    return entry


def run[ResultT](main: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run on an event loop as Home Assistant makes it."""
    loop = create_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()
