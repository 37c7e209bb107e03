"""A real Home Assistant in a process of its own, used over HTTP and WebSocket."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
import json
from pathlib import Path
import shutil
import signal
import socket
import sys
import tempfile
from types import TracebackType
from typing import Any, Self, cast

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMessageTypeError
from yarl import URL

from . import DemoError

USER = PASSWORD = "demo"  # noqa: S105
DOMAIN = "nezha"
CONFIGURATION = Path(__file__).with_name("configuration.yaml")
AUTOMATIONS = CONFIGURATION.with_name("automations.yaml")
# The releases that Home Assistant pins must be compiled; newer ones need not.
WITHOUT_PIN = ("pymicro-vad", "pyspeex-noise")

_INTEGRATION = Path(__file__).parents[1] / "custom_components" / DOMAIN
_START_SECONDS = 180
_STOP_SECONDS = 60
_REQUEST_SECONDS = 30


class HomeAssistant:
    """A Home Assistant with the integration, on a free port of this machine."""

    def __init__(self) -> None:
        """Prepare a config folder that is as new as after an installation."""
        self.folder = Path(tempfile.mkdtemp(prefix="nezha-home-assistant-"))
        self.log = self.folder / "output.log"
        self.url = URL(f"http://127.0.0.1:{free_port()}")
        self._process: Process | None = None
        self._token: str | None = None
        self._session = ClientSession(self.url, timeout=ClientTimeout(total=_REQUEST_SECONDS))
        self._write_configuration()

    async def __aenter__(self) -> Self:
        """Start it and create its user."""
        try:
            await self.start()
            await self._onboard()
            await self._wait_until_running()
        except BaseException as error:
            await self._end(error)
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it and remove its folder, which stays when there is a failure to look into."""
        await self._end(exc)

    async def start(self) -> None:
        """Start the process and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "homeassistant"),
                *("--config", self.folder),
                *("--skip-pip-packages", ",".join(WITHOUT_PIN)),
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C must reach only us: we stop it
            )
        await self._wait_for(self._answers)

    async def stop(self) -> None:
        """Stop the process as a shutdown of its machine would."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def restart(self) -> None:
        """Stop it and start it again with everything it knows."""
        await self.stop()
        await self.start()
        await self._wait_until_running()

    @property
    def token(self) -> str:
        """What opens it for its user, for a day."""
        if self._token is None:
            raise DemoError("Home Assistant has no user yet")
        return self._token

    def check(self) -> None:
        """Raise an error if the process has ended by itself."""
        if self._process is not None and self._process.returncode is not None:
            raise DemoError("Home Assistant ended by itself")

    async def get(self, path: str) -> Any:
        """Read something of its REST API."""
        return await self._request("GET", path)

    async def post(self, path: str, **body: Any) -> Any:
        """Send something to its REST API."""
        return await self._request("POST", path, json=body)

    async def delete(self, path: str) -> Any:
        """Delete something over its REST API."""
        return await self._request("DELETE", path)

    async def command(self, command: str, **fields: Any) -> Any:
        """Send one command over a WebSocket of its own, as an idle one is closed."""
        with _understandable(command):
            async with self._session.ws_connect("/api/websocket") as connection:
                await connection.receive_json()
                await connection.send_json({"type": "auth", "access_token": self._token})
                await connection.receive_json()
                await connection.send_json({"id": 1, "type": command, **fields})
                answer = await connection.receive_json()
        if not answer["success"]:
            raise DemoError(f"{command}: {answer['error']['message']}")
        return answer["result"]

    async def add_dashboard(self, url: str, **credential: str) -> str:
        """Add a dashboard as a user would, with a token, a login or as a guest, and return the id of its entry."""
        flow = await self.start_flow()
        result = await self.sign_in(flow["flow_id"], url, **credential)
        if result["type"] != "create_entry":
            raise DemoError(f"Home Assistant cannot add {url}: {_reason(result)}")
        return str(result["result"]["entry_id"])

    async def sign_in(self, flow_id: str, url: str, **credential: str) -> dict[str, Any]:
        """Fill in the form that adds the integration, and what follows from it."""
        token = {name: value for name, value in credential.items() if name == "token"}
        result = await self.submit(flow_id, url=url, **token, advanced={"verify_ssl": True})
        return await self.choose(flow_id, **credential) if result["type"] == "menu" else result

    async def start_flow(self) -> dict[str, Any]:
        """Open the form that adds the integration."""
        return cast("dict[str, Any]", await self.post("/api/config/config_entries/flow", handler=DOMAIN))

    async def submit(self, flow_id: str, **fields: Any) -> dict[str, Any]:
        """Fill in an open form."""
        return cast("dict[str, Any]", await self.post(f"/api/config/config_entries/flow/{flow_id}", **fields))

    async def choose(self, flow_id: str, **credential: str) -> dict[str, Any]:
        """Choose a way to sign in from an open menu, and take it."""
        way = "token" if "token" in credential else "login" if credential else "guest"
        await self.submit(flow_id, next_step_id=way)
        return await self.submit(flow_id, **credential)

    async def set_options(self, entry_id: str, **options: Any) -> None:
        """Change a dashboard's options."""
        flow = await self.post("/api/config/config_entries/options/flow", handler=entry_id)
        await self.post(f"/api/config/config_entries/options/flow/{flow['flow_id']}", **options)

    async def open_flows(self) -> list[dict[str, Any]]:
        """List the integration's forms that wait for the user."""
        flows = await self.command("config_entries/flow/progress")
        return [flow for flow in flows if flow["handler"] == DOMAIN]

    async def entries(self) -> list[dict[str, Any]]:
        """List the dashboards that are set up."""
        return cast("list[dict[str, Any]]", await self.command("config_entries/get", domain=DOMAIN))

    async def remove(self, entry_id: str) -> None:
        """Remove a dashboard."""
        await self.delete(f"/api/config/config_entries/entry/{entry_id}")

    async def devices(self) -> list[dict[str, Any]]:
        """List the integration's devices."""
        entries = {entry["entry_id"] for entry in await self.entries()}
        devices = await self.command("config/device_registry/list")
        return [device for device in devices if entries.intersection(device["config_entries"])]

    async def entities(self) -> dict[str, dict[str, Any]]:
        """Map the unique ids of the integration's entities to what the registry knows of them."""
        entities = await self.command("config/entity_registry/list")
        return {entity["unique_id"]: entity for entity in entities if entity["platform"] == DOMAIN}

    async def states(self) -> dict[str, dict[str, Any]]:
        """Map the unique ids of the integration's entities to their states."""
        states = {state["entity_id"]: state for state in await self.get("/api/states")}
        return {
            unique_id: states[entity["entity_id"]]
            for unique_id, entity in (await self.entities()).items()
            if entity["entity_id"] in states
        }

    def _write_configuration(self) -> None:
        for file in (CONFIGURATION, AUTOMATIONS):
            shutil.copy(file, self.folder)
        (self.folder / "custom_components").mkdir()
        (self.folder / "custom_components" / DOMAIN).symlink_to(_INTEGRATION)
        # Home Assistant migrates this, its first format, in every version; the same
        # settings as YAML would be on trial for five minutes and raise an issue.
        self._store("http", 1, server_host=[self.url.host], server_port=self.url.port)
        # The steps marked as done would add integrations that need the internet.
        self._store("onboarding", 4, done=["core_config", "analytics", "integration"])

    def _store(self, key: str, version: int, **data: Any) -> None:
        file = self.folder / ".storage" / key
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"version": version, "minor_version": 1, "key": key, "data": data}))

    async def _onboard(self) -> None:
        client_id = f"{self.url}/"
        created = await self.post(
            "/api/onboarding/users",
            name="Demo",
            username=USER,
            password=PASSWORD,
            client_id=client_id,
            language="en",
        )
        tokens = await self._request(
            "POST",
            "/auth/token",
            data={
                "grant_type": "authorization_code",
                "code": created["auth_code"],
                "client_id": client_id,
            },
        )
        self._token = tokens["access_token"]
        self._token = await self.command("auth/long_lived_access_token", client_name="demo", lifespan=1)

    async def _wait_until_running(self) -> None:
        await self._wait_for(self._is_running)

    async def _answers(self) -> bool:
        try:
            async with self._session.get("/manifest.json") as response:
                return response.status == HTTPStatus.OK
        except ClientError:
            return False

    async def _is_running(self) -> bool:
        config = await self.get("/api/config")
        return bool(config["state"] == "RUNNING")

    async def _wait_for(self, condition: Callable[[], Any]) -> None:
        try:
            async with asyncio.timeout(_START_SECONDS):
                while not await condition():
                    self.check()
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise DemoError(f"Home Assistant did not start in {_START_SECONDS} s") from None

    async def _request(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else None
        with _understandable(f"{method} {path}"):
            async with self._session.request(method, path, headers=headers, **options) as response:
                if response.ok:
                    return await response.json()
                raise DemoError(f"{method} {path}: {response.status} {await response.text()}")

    async def _end(self, error: BaseException | None) -> None:
        await self.stop()
        await self._session.close()
        if isinstance(error, Exception):
            error.add_note(f"Home Assistant's log: {self.log}")
        else:
            shutil.rmtree(self.folder)


@contextmanager
def _understandable(request: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, TimeoutError, WSMessageTypeError) as error:
        raise DemoError(f"Home Assistant does not answer {request}: {error!r}") from error


def free_port() -> int:
    """Return a port that nothing on this machine listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _reason(result: dict[str, Any]) -> str:
    """Return why a form was not taken, in the integration's own words."""
    texts = json.loads((_INTEGRATION / "translations" / "en.json").read_text())["config"]
    if result["type"] == "abort":
        found = [texts["abort"][result["reason"]]]
    else:
        found = [texts["error"][error] for error in result["errors"].values()]
    return " ".join(found).format_map(result.get("description_placeholders") or {})
