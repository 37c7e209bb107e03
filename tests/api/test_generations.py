"""How dashboards are told apart by two answers that need no credential."""

from typing import Any

import pytest

from custom_components.nezha.api import Guest, NotNezhaError
from simulator.dashboard import Dashboard
from simulator.faults import FaultKind
from simulator.world import World
from tests.serving import Serve, ServedDashboard

from .conftest import Connect, ServeSite
from .site import payload, result

LIST = "/api/v1/server/list"
SETTING = "/api/v1/setting"


@pytest.mark.parametrize("version", ["0.15.14", "0.16.16", "0.18.3", "0.20.13"])
async def test_every_version_of_generation_0_is_one(version: str, connect: Connect, serve: Serve) -> None:
    """Their list answers without a token, and be it with a refusal."""
    dashboard = await serve(Dashboard(World(servers=1), version=version))
    client = connect(dashboard.url, dashboard.token)

    await client.snapshot()

    assert client.generation == 0


@pytest.mark.parametrize("setting", [[], {}, None, "text", {"code": 404}], ids=repr)
async def test_setting_that_is_none_leaves_generation_0_possible(
    setting: Any, connect: Connect, dashboard: ServedDashboard
) -> None:
    """Something in front of a dashboard may answer unknown paths with JSON."""
    dashboard.simulated.faults.add(SETTING, FaultKind.WRONG_SHAPE, body=setting)
    client = connect(dashboard.url, dashboard.token)

    await client.snapshot()

    assert client.generation == 0


async def test_list_that_is_open_to_everybody_is_one(connect: Connect, serve_site: ServeSite) -> None:
    """A proxy may send the token for its clients."""
    site = await serve_site(result([]), everywhere=True)
    client = connect(site.url)

    await client.snapshot()

    assert client.generation == 0


@pytest.mark.parametrize("answer", [[], {}, None, {"code": 1}, {"code": "0"}, {"result": []}], ids=repr)
async def test_other_json_is_no_dashboard(answer: Any, connect: Connect, serve_site: ServeSite) -> None:
    """An API of something else; it never sees the token."""
    site = await serve_site(payload(answer), everywhere=True)
    client = connect(site.url)

    with pytest.raises(NotNezhaError):
        await client.snapshot()

    assert client.generation is None
    assert [(request.path, request.authorization) for request in site.requests] == [(SETTING, None), (LIST, None)]


async def test_dashboard_without_a_name_is_one(connect: Connect, serve_site: ServeSite) -> None:
    """What it says of itself beyond its generation may be missing."""
    site = await serve_site(payload({"success": True, "data": {"config": None, "version": "2"}}), everywhere=True)
    client = connect(site.url, Guest())

    assert (await client.detect(), client.site_name) == (1, "")
