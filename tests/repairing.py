"""Repairs as their users see and make them, over the API that Home Assistant's own page uses."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.nezha.const import DOMAIN

from .generations import Shown, settle

HOUR = 3600
FEW = 4
"""Answers that have to lack a server, where a test is not about their number."""
FLOWS = "/api/repairs/issues/fix"

few_answers = patch("custom_components.nezha.absence.GONE_ANSWERS", FEW)


async def polls(shown: Shown, times: int = FEW + 1, every: float = 9 * HOUR) -> None:
    """Let some polls pass: a day and few answers, unless told otherwise."""
    for _ in range(times):
        await shown.time.passes(every)


def told(shown: Shown) -> dict[str, Mapping[str, str]]:
    """Return the servers that the user is told to be gone, by key, with the words in the text."""
    prefix = f"{shown.entry.entry_id}_gone_"
    return {
        issue.issue_id.removeprefix(prefix): issue.translation_placeholders or {}
        for issue in ir.async_get(shown.hass).issues.values()
        if issue.domain == DOMAIN and issue.issue_id.startswith(prefix) and issue.active
    }


class Repair:
    """The repair of a server that is gone."""

    def __init__(self, shown: Shown, client: TestClient[Any, Any], key: str) -> None:
        """Take a server by its key."""
        self._hass = shown.hass
        self._client = client
        self._issue = f"{shown.entry.entry_id}_gone_{key}"
        self._flow = ""

    async def begin(self) -> dict[str, Any]:
        """Open the repair."""
        return await self._post(FLOWS, {"handler": DOMAIN, "issue_id": self._issue})

    async def choose(self, step: str) -> dict[str, Any]:
        """Open the repair and choose from its menu."""
        await self.begin()
        return await self.submit({"next_step_id": step})

    async def submit(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Answer what is asked."""
        return await self._post(f"{FLOWS}/{self._flow}", answer)

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        response = await self._client.post(path, json=data)
        assert response.ok, await response.text()
        result: dict[str, Any] = await response.json()
        self._flow = result["flow_id"]
        await settle(self._hass)
        return result


async def repair(shown: Shown, hass_client: ClientSessionGenerator, key: str) -> Repair:
    """Return the repair of a server, as the user's browser reaches it."""
    hass: HomeAssistant = shown.hass
    assert await async_setup_component(hass, "repairs", {})
    return Repair(shown, await hass_client(), key)


def choices(form: dict[str, Any]) -> dict[str, str]:
    """Return the servers that a form offers, by key, in its order."""
    (field,) = form["data_schema"]
    return {option["value"]: option["label"] for option in field["selector"]["select"]["options"]}
