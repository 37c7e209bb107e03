"""Early versions freeze after they have refused the latencies of a server: at the next edit, for everybody."""

import asyncio

import pytest

from simulator import Dashboard, World

from .conftest import Ask, bearer

SETTING, LATENCIES = "/api/v1/setting", "/api/v1/service"
HIDDEN, UNKNOWN = 6, 99


async def _answers(ask: Ask, simulated: Dashboard) -> bool:
    try:
        async with asyncio.timeout(0.2):
            await ask(simulated, SETTING)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(("version", "freezes"), [("1.0.0", True), ("1.5.4", True), ("1.5.5", False)])
@pytest.mark.parametrize("refused", [(UNKNOWN, "login"), (UNKNOWN, "guest"), (HIDDEN, "guest")])
async def test_refused_latencies_freeze_the_dashboard_at_the_next_edit(
    world: World, ask: Ask, refused: tuple[int, str], version: str, *, freezes: bool
) -> None:
    """Until its process begins anew."""
    simulated = Dashboard(world, generation="v1", version=version)
    server, way = refused
    headers = {} if way == "guest" else bearer(simulated.log_in())
    assert "error" in (await ask(simulated, f"{LATENCIES}/{server}", headers=headers)).json
    assert await _answers(ask, simulated)
    world.edit(1, name="renamed")
    assert await _answers(ask, simulated) is not freezes
    simulated.restart()
    assert await _answers(ask, simulated)


@pytest.mark.parametrize("change", ["add", "edit", "delete"])
async def test_every_change_of_the_servers_is_an_edit(world: World, ask: Ask, change: str) -> None:
    """After any number of refusals."""
    simulated = Dashboard(world, generation="v1", version="1.4.0")
    for _ in range(2):
        await ask(simulated, f"{LATENCIES}/{UNKNOWN}")
    getattr(world, change)(*([] if change == "add" else [1]))
    assert not await _answers(ask, simulated)


async def test_latencies_that_are_shown_freeze_nothing(world: World, ask: Ask) -> None:
    """Of hidden servers to users, too."""
    simulated = Dashboard(world, generation="v1", version="1.0.0")
    for server in (1, HIDDEN):
        await ask(simulated, f"{LATENCIES}/{server}", headers=bearer(simulated.log_in()))
    world.edit(1, name="renamed")
    assert await _answers(ask, simulated)
