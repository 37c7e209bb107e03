"""A simulated dashboard at an address of its own, whose web server can be stopped."""

from types import TracebackType
from typing import Self

from aiohttp import web

from demo.home_assistant import free_port
from simulator import Dashboard, World

HOST = "127.0.0.1"
WAYS = ["v0-token", "v1-login", "v2-token"]
"""The usual way into each generation."""


class Site:
    """A dashboard that is served while the context lasts."""

    def __init__(self, generation: str, way: str, *, servers: int = 8) -> None:
        """Prepare a dashboard with some servers, to be entered with a token, with a login or as a guest."""
        self.generation = generation
        self._way = way
        self.world = World(servers=servers)
        self.dashboard = Dashboard(self.world, generation=generation)
        self._port = free_port()
        self.url = f"http://{HOST}:{self._port}"
        self._runner: web.AppRunner | None = None

    @property
    def credential(self) -> dict[str, str]:
        """What the dashboard accepts now; nothing for a guest."""
        settings = self.dashboard.settings
        match self._way:
            case "token":
                return {"token": self.dashboard.token}
            case "login":
                return {"username": settings.username, "password": settings.password}
            case _:
                return {}

    @property
    def mistyped(self) -> dict[str, str]:
        """What looks like that and is not."""
        *names, secret = self.credential
        return {name: self.credential[name] for name in names} | {secret: f"{self.credential[secret][:4]}mistyped"}

    def refuse(self) -> None:
        """Accept another credential from now on, and no more the one until now."""
        if self._way == "token":
            self.dashboard.replace_token(self.dashboard.token[:4] + "b" * 32)
        else:
            self.dashboard.settings.password = "another password"
            self.dashboard.end_sessions()
            self.dashboard.end_streams()

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
