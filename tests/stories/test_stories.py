"""What owners of a dashboard do and live through, as they would tell it."""

from typing import Any

import pytest

from demo.home_assistant import HomeAssistant

from .site import WAYS, Site
from .watched import POLL_SECONDS, Watched, eventually

GIB = 2**30
MEGABIT = 1_000_000 / 8
LOGIN_SECONDS = 60  # between two logins, so that sessions that end at once are no attack
OUTAGE_SECONDS = 90 + 4 * POLL_SECONDS  # values outlast an outage of 90 seconds
WITH_EVERY_CREDENTIAL = pytest.mark.parametrize("site", [*WAYS, "v2-login"], indirect=True)
IN_EVERY_WAY = pytest.mark.parametrize("site", [*WAYS, "v2-login", "v2-guest"], indirect=True)


@WITH_EVERY_CREDENTIAL
async def test_a_mistake_is_named_and_its_correction_adds_every_server(clean: HomeAssistant, site: Site) -> None:
    """I mistype the token or password, read what is wrong, correct it and find all my servers."""
    flow = await clean.start_flow()
    answer = await clean.sign_in(flow["flow_id"], site.url, **site.mistyped)
    assert list(answer["errors"].values()) in (["invalid_auth"], ["invalid_login"])
    answer = await clean.submit(flow["flow_id"], **_corrected(answer, site))
    assert answer["type"] == "create_entry"
    watched = Watched(clean, answer["result"]["entry_id"])
    names = {server.name for server in site.world.servers()}
    await eventually(watched.device_names, names)


@IN_EVERY_WAY
async def test_values_are_those_of_the_dashboard(clean: HomeAssistant, site: Site) -> None:
    """I compare what Home Assistant shows with what the dashboard tells."""
    site.world.fix_host(1, {"mem_total": 8 * GIB, "disk_total": 100 * GIB, "boot_time": 1_750_000_000})
    site.world.fix_state(
        1,
        {
            "cpu": 12.5,
            "mem_used": 2 * GIB,
            "disk_used": 30 * GIB,
            "net_in_speed": 5_000_000,
            "net_out_speed": 250_000,
            "net_in_transfer": 300 * GIB,
            "net_out_transfer": 40 * GIB,
            "load_1": 0.75,
        },
    )
    watched = Watched(clean, await clean.add_dashboard(site.url, **site.credential))
    await watched.sees(1, "online", "on")

    assert await watched.number(1, "cpu") == 12.5
    assert await watched.number(1, "mem_usage") == 25
    assert await watched.number(1, "disk_usage") == 30
    assert await watched.number(1, "net_in_speed") == pytest.approx(5_000_000 / MEGABIT)
    assert await watched.number(1, "net_out_speed") == pytest.approx(250_000 / MEGABIT)
    assert await watched.number(1, "net_in_transfer") == pytest.approx(300, abs=0.01)
    assert await watched.number(1, "net_out_transfer") == pytest.approx(40, abs=0.01)
    assert await watched.number(1, "load_1") == 0.75
    assert await watched.value(1, "boot_time") == "2025-06-15T15:06:40+00:00"


@IN_EVERY_WAY
async def test_latencies_are_those_of_the_monitors(watched: Watched, site: Site) -> None:
    """I see how long a ping from my server takes."""
    await eventually(lambda: _is_number(watched, 1, "latency_1"), expected=True)
    shown = await watched.number(1, "latency_1")
    ping = site.world.histories(1)[0]
    assert shown in {round(milliseconds, 1) for _, milliseconds in ping.points[-3:]}


@IN_EVERY_WAY
async def test_a_server_goes_offline_and_comes_back(watched: Watched, site: Site) -> None:
    """My server's agent stops: only that server is shown as offline, until it is back."""
    site.world.stop(1)
    await watched.sees(1, "online", "off", within=90)
    await watched.sees(1, "cpu", "unavailable")
    await watched.sees(2, "online", "on")

    site.world.start(1)
    await watched.sees(1, "online", "on")
    await eventually(lambda: _is_number(watched, 1, "cpu"), expected=True)


async def test_a_renamed_server_keeps_its_entities(watched: Watched, site: Site) -> None:
    """I rename a server: its device follows, and my automations need no change."""
    before = await watched.entity_ids()
    site.world.edit(1, name="renamed by its owner")
    await eventually(lambda: _has_device(watched, "renamed by its owner"), expected=True)
    assert before.items() <= (await watched.entity_ids()).items()


async def test_values_survive_a_hiccup_and_an_outage_ends_by_itself(watched: Watched, site: Site) -> None:
    """My dashboard is down for long: its values go, and come back without me."""
    await site.stop()
    await eventually(lambda: _is_number(watched, 1, "cpu"), expected=True)
    await watched.sees(1, "cpu", "unavailable", within=OUTAGE_SECONDS)
    await watched.sees(1, "online", "unavailable")
    await watched.sees("dashboard", "connected", "off")

    await site.start()
    await watched.sees("dashboard", "connected", "on")
    await eventually(lambda: _is_number(watched, 1, "cpu"), expected=True)


@WITH_EVERY_CREDENTIAL
async def test_a_refused_credential_is_replaced(watched: Watched, site: Site) -> None:
    """I revoke the token or change the password: Home Assistant asks once, I answer, and everything goes on."""
    before = await watched.entity_ids()
    site.refuse()
    await eventually(lambda: _open_sources(watched), ["reauth"], within=LOGIN_SECONDS + 60)
    await watched.sees(1, "cpu", "unavailable")

    (flow,) = await watched.home_assistant.open_flows()
    answer = await _sign_in_again(watched.home_assistant, flow, site.mistyped)
    assert list(answer["errors"].values()) in (["invalid_auth"], ["invalid_login"])
    answer = await watched.home_assistant.submit(flow["flow_id"], **site.credential)
    assert answer["reason"] == "reauth_successful"
    await eventually(lambda: _is_number(watched, 1, "cpu"), expected=True)
    assert await _open_sources(watched) == []
    assert before.items() <= (await watched.entity_ids()).items()


@WITH_EVERY_CREDENTIAL
async def test_a_restart_keeps_everything(watched: Watched) -> None:
    """I restart Home Assistant: the same entities are there, with values."""
    before = await watched.entity_ids()
    await watched.home_assistant.restart()
    await eventually(lambda: _is_number(watched, 1, "cpu"), expected=True)
    assert before.items() <= (await watched.entity_ids()).items()


async def test_removal_leaves_nothing(watched: Watched) -> None:
    """I remove the dashboard: neither devices nor entities nor files stay."""
    await watched.home_assistant.restart()  # writes everything that is to be kept
    assert _files_about(watched) != []
    await watched.home_assistant.remove(watched.entry_id)
    assert await watched.home_assistant.entities() == {}
    assert await watched.home_assistant.devices() == []
    assert await watched.home_assistant.states() == {}
    assert _files_about(watched) == []


async def _is_number(watched: Watched, server: int, field: str) -> bool:
    return await watched.value(server, field) not in {None, "unknown", "unavailable"}


async def _has_device(watched: Watched, name: str) -> bool:
    return name in await watched.device_names()


async def _open_sources(watched: Watched) -> list[str]:
    return [flow["context"]["source"] for flow in await watched.home_assistant.open_flows()]


def _corrected(flow: dict[str, Any], site: Site) -> dict[str, Any]:
    if flow["step_id"] == "user":
        return {"url": site.url, **site.credential, "advanced": {"verify_ssl": True}}
    return {**site.credential}


async def _sign_in_again(
    home_assistant: HomeAssistant, flow: dict[str, Any], credential: dict[str, str]
) -> dict[str, Any]:
    if flow["step_id"] == "credential":
        return await home_assistant.choose(flow["flow_id"], **credential)
    return await home_assistant.submit(flow["flow_id"], **credential)


def _files_about(watched: Watched) -> list[str]:
    storage = watched.home_assistant.folder / ".storage"
    return [file.name for file in storage.iterdir() if watched.entry_id in file.name]
