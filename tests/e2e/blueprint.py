"""The blueprint that a README offers, and what somebody makes of it in Home Assistant."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
import re
from typing import Any, Final
from urllib.parse import quote, unquote

from aiohttp import web
from homeassistant.util.yaml import load_yaml_dict

from demo.home_assistant import HomeAssistant, free_port
from tests.documents import READMES, ROOT, read
from tests.stories.site import HOST

_BUTTON: Final = re.compile(
    r"my\.home-assistant\.io/redirect/(blueprint_import)/\?blueprint_url=([^)]+server_offline[^)]+)\)"
)
_BRANCH: Final = "/blob/main/"


class Blueprint:
    """The blueprint behind the button that tells when a server is down, in the README of a language."""

    def __init__(self, language: str) -> None:
        """Read the file that the button leads to."""
        (readme,) = (name for name, its_language in READMES.items() if its_language == language)
        link = _BUTTON.search(read(readme))
        assert link
        self._redirect: Final = link[1]
        self._file: Final = ROOT / unquote(link[2]).partition(_BRANCH)[2]
        blueprint = load_yaml_dict(str(self._file))["blueprint"]
        self.name: Final[str] = blueprint["name"]
        self._inputs: Final = dict(_inputs(blueprint["input"]))

    def label(self, key: str) -> str:
        """Return what is written beside the field of an input."""
        return str(self._inputs[key]["name"])

    def title(self, kind: str, server: str) -> str:
        """Return the title of a notification about a server, `offline` or `back`."""
        return str(self._inputs[f"{kind}_title"]["default"]).replace("{{ trigger.server }}", server)

    async def is_used(self, home_assistant: HomeAssistant, **inputs: Any) -> None:
        """Make an automation of it without a browser."""
        path = f"{HOST}/{self._file.name}"
        text = self._file.read_text(encoding="utf-8")
        await home_assistant.command("blueprint/save", domain="automation", path=path, yaml=text)
        automation = {"alias": self.name, "use_blueprint": {"path": path, "input": inputs}}
        await home_assistant.post("/api/config/automation/config/1", **automation)

    @asynccontextmanager
    async def offered(self) -> AsyncIterator[str]:
        """Yield the page of Home Assistant that the button opens, where the file comes from this machine."""
        application = web.Application()
        application.router.add_get(f"/{self._path}", self._give)
        runner = web.AppRunner(application)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, HOST, port).start()
        yield f"/_my_redirect/{self._redirect}?blueprint_url={quote(f'http://{HOST}:{port}/{self._path}', safe='')}"
        await runner.cleanup()

    @property
    def _path(self) -> str:
        return self._file.relative_to(ROOT).as_posix()

    async def _give(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._file.read_text(encoding="utf-8"))


async def forget_automations(home_assistant: HomeAssistant) -> None:
    """Delete all automations, what was imported for them and what they have told."""
    for state in await home_assistant.get("/api/states"):
        if state["entity_id"].startswith("automation."):
            await home_assistant.delete(f"/api/config/automation/config/{state['attributes']['id']}")
    for path in await home_assistant.command("blueprint/list", domain="automation"):
        if path.startswith(HOST):
            await home_assistant.command("blueprint/delete", domain="automation", path=path)
    await home_assistant.post("/api/services/persistent_notification/dismiss_all")


def _inputs(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield all inputs, also those in sections."""
    for key, field in fields.items():
        if "input" in field:
            yield from _inputs(field["input"])
        else:
            yield key, field
