"""A simulated dashboard at an address of its own, whose web server can be stopped."""

from types import TracebackType
from typing import Self

from aiohttp import web

from demo.home_assistant import free_port
from simulator import Dashboard, World

HOST = "127.0.0.1"


class Site:
    """A dashboard that is served while the context lasts."""

    def __init__(self, generation: str) -> None:
        """Prepare a dashboard with eight servers."""
        self.world = World()
        self.dashboard = Dashboard(self.world, generation=generation)
        self._port = free_port()
        self.url = f"http://{HOST}:{self._port}"
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Serve it."""
        await self.start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop serving it."""
        await self.stop()

    async def start(self) -> None:
        """Serve it, at the same address each time."""
        self._runner = web.AppRunner(self.dashboard.application())
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()

    async def stop(self) -> None:
        """Close every connection and accept no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
