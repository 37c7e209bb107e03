"""Servers that were deleted while their agents ran, and register themselves again under another id."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
import pytest

from tests.generations import SERVERS, Show, Shown, settle
from tests.watching import entities_of

POLLING = {"stream": "never"}
NEW_ID = "9"


VERSIONS = pytest.mark.parametrize(
    ("generation", "way", "version"),
    [("v1", "login", "1.4.0"), ("v1", "login", None), ("v2", "token", "2.2.10"), ("v2", "login", None)],
)


def registers_again(shown: Shown) -> None:
    """Delete the first server; from 2.2.11 on its agent comes back with the next restart, before that at once."""
    shown.world.delete(1)
    shown.world.restart_dashboard(seconds=1)
    shown.time.moves(3)


async def has_kept_everything(shown: Shown, entities: dict[str, str], device: str) -> None:
    """See the first server under the ids that it had in Home Assistant, with its new name."""
    assert shown.state("1", "online") == STATE_ON
    assert shown.state("1", "cpu") != STATE_UNAVAILABLE
    assert shown.entities().items() >= entities.items()
    assert NEW_ID not in shown.devices()
    now = shown.devices()["1"]
    assert now.id == device
    server = shown.world.server(int(NEW_ID))
    assert server
    assert now.name == server.name != "hk-edge-1"
    assert now.configuration_url == f"{shown.served.url}/server/{NEW_ID}"
    assert shown.state("dashboard", "servers_total") == "8"


@VERSIONS
async def test_a_poll_knows_a_server_under_its_new_id(
    show: Show, generation: str, way: str, version: str | None
) -> None:
    """By its uuid; also after a reload, and once more."""
    shown = await show(generation, way, options=POLLING, version=version)
    entities, device = shown.entities(), shown.devices()["1"].id
    registers_again(shown)
    await shown.time.polls()
    await has_kept_everything(shown, entities, device)
    await shown.reload()
    await has_kept_everything(shown, entities, device)


@VERSIONS
async def test_a_stream_knows_a_server_under_its_new_id(
    show: Show, generation: str, way: str, version: str | None
) -> None:
    """Frames tell no uuid: a poll does, at once."""
    shown = await show(generation, way, version=version)
    entities, device = shown.entities(), shown.devices()["1"].id
    shown.simulated.requests.clear()
    registers_again(shown)
    await shown.frame()
    assert shown.asked(SERVERS[generation]) == 1
    await shown.frame()
    await has_kept_everything(shown, entities, device)
    await shown.frames_for(10)
    assert shown.asked(SERVERS[generation]) == 1
    await has_kept_everything(shown, entities, device)


async def test_between_its_two_ids_a_server_is_unavailable(show: Show) -> None:
    """Until its agent is back, which may take until the next restart of the dashboard (2.2.11 and later)."""
    shown = await show()
    entities, device = shown.entities(), shown.devices()["1"].id
    shown.world.delete(1)
    await shown.frames_for(100)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    assert shown.state("dashboard", "servers_total") == "7"
    shown.simulated.restart(seconds=1)
    await settle(shown.hass)
    shown.time.moves(3)
    await shown.time.passes(6)
    await shown.frames_for(4)
    await has_kept_everything(shown, entities, device)


@pytest.mark.parametrize("interval", [30, 300])
async def test_latency_is_asked_under_the_new_id(show: Show, interval: int) -> None:
    """For the entities that there were; however seldom values are written."""
    shown = await show(options=POLLING | {"interval": interval})
    await shown.time.passes(6)
    latency = shown.entity("1", "latency_1")
    registers_again(shown)
    await shown.time.polls()
    shown.simulated.requests.clear()
    await shown.time.passes(61)
    await shown.time.passes(61)
    asked = {request.path.partition("?")[0] for request in shown.simulated.requests}
    assert f"/api/v1/server/{NEW_ID}/service" in asked
    assert "/api/v1/server/1/service" not in asked
    assert shown.entity("1", "latency_1") == latency


async def test_a_server_that_is_gone_for_good_gives_its_key_to_nobody(show: Show) -> None:
    """One that is added later is another one."""
    shown = await show(options=POLLING)
    shown.world.stop(1)
    shown.world.delete(1)
    await shown.time.polls()
    added = str(shown.world.add(name="another"))
    await shown.time.polls(4)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    assert shown.state(added, "online") == STATE_ON
    assert shown.devices()["1"].name == "hk-edge-1"
    assert shown.devices()[added].name == "another"


@pytest.mark.parametrize("options", [{}, POLLING], ids=["stream", "polls"])
@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_a_guest_takes_it_for_a_new_server(show: Show, generation: str, options: dict[str, str]) -> None:
    """Guests are told no uuid."""
    shown = await show(generation, "guest", options=options)
    registers_again(shown)
    if not options:
        await shown.frames_for(100)
    await shown.time.polls(4)
    assert shown.state("1", "online") == STATE_UNAVAILABLE
    assert shown.state(NEW_ID, "online") == STATE_ON
    assert "cpu" in entities_of(shown.hass, shown.entry, NEW_ID)
    assert shown.state("7", "online") == STATE_OFF
