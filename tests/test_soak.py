"""Days in the lives of dashboards: whatever happens, nothing piles up and hardly a line is logged.

`scripts/soak` lets more days pass than the suite does.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
import json
import logging
from os import environ
from random import Random

from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
import pytest

from tests.generations import WAYS, Shown, StreamedTime, credential, new_entry, set_up, settle, simulate
from tests.growth import grown, held
from tests.lives import Life
from tests.serving import ServedDashboard
from tests.watching import LOGGER, still_world

DAYS = int(environ.get("SOAK_DAYS", "2"))
SEED = int(environ.get("SOAK_SEED", "0"))
ROUNDS_A_DAY = 6
ROUND = 86_400 / ROUNDS_A_DAY
SERVERS = 4
STREAM, POLLING = {"stream": "always"}, {"stream": "never"}
LIVES = [(*way, options) for way in WAYS for options in (STREAM, POLLING) if way[0] != "v0" or options is POLLING]
SHORT, LONG, VERY_LONG = (30,), (30, 30, 30, 60, 300), (30, 30, 30, 30, 600, 2400)
"""How long it takes until what happens is over, in seconds from one poll to the next."""
RECOVERY = (30, 30, 30, 301, 601)


@pytest.fixture
async def lives(hass: HomeAssistant, streamed_time: StreamedTime, socket_enabled: None) -> AsyncIterator[list[Life]]:
    """Return dashboards of every generation, read in every way, by poll and by stream."""
    hass.loop.set_debug(False)
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(begin(hass, streamed_time, *life)) for life in LIVES]


def chances(name: str = "") -> Random:
    """Return chance, which is the same in every run."""
    return Random(f"{SEED} {name}")  # noqa: S311 - that is what it is for


@asynccontextmanager
async def begin(
    hass: HomeAssistant, streamed_time: StreamedTime, generation: str, way: str, options: dict[str, str]
) -> AsyncIterator[Life]:
    """Let a dashboard begin to live, and its owner set it up under a name of its own."""
    simulated = simulate(generation, still_world(servers=SERVERS))
    streamed_time.worlds.append(simulated.world)
    site = TestServer(simulated.application(), host="127.0.0.1")
    await site.start_server(access_log=None)
    served = ServedDashboard(simulated, str(site.make_url("")).rstrip("/"))
    entry = new_entry(hass, served.url, credential(simulated, way), options)
    name = f"{generation} {way} {options['stream']}"
    hass.config_entries.async_update_entry(entry, title=name)
    await set_up(hass, entry)
    life = Life(Shown(hass, served, entry, streamed_time, generation), way, chances(name), site)
    yield life
    await hass.config_entries.async_unload(entry.entry_id)
    await life.site.close()


@pytest.mark.usefixtures("hass_storage")
async def test_days_leave_nothing_behind(
    hass: HomeAssistant, lives: list[Life], streamed_time: StreamedTime, caplog: pytest.LogCaptureFixture
) -> None:
    """After each day there is as much as after the first; an outage is worth two lines at the most."""
    caplog.set_level("INFO", LOGGER)
    chance = chances()
    first = Counter[str]()
    for day in range(1, DAYS + 1):
        for _ in range(ROUNDS_A_DAY):
            await live(lives, streamed_time, chance, caplog)
        forget_logs(caplog)
        now = held(hass, [life.shown.entry for life in lives])
        print(f"day {day}: {dict(now)}, {stored(lives)} bytes stored, {written(lives)}")  # noqa: T201
        first = first or now
        assert grown(first, now) == {}, f"more on day {day} than on the first"


def stored(lives: list[Life]) -> int:
    """Return how many bytes the files of the entries have."""
    return sum(len(json.dumps(life.shown.entry.runtime_data.identities._stored())) for life in lives)


def written(lives: list[Life]) -> str:
    """Return how much has happened."""
    happened = Counter(event for life in lives for event in life.happened)
    return f"{happened.total()} events: {dict(happened)}"


async def live(
    lives: list[Life], streamed_time: StreamedTime, chance: Random, caplog: pytest.LogCaptureFixture
) -> None:
    """Let something happen to each of them, and see it pass."""
    forget_logs(caplog)
    end = streamed_time.monotonic() + ROUND
    async with AsyncExitStack() as stack:
        for life in lives:
            await stack.enter_async_context(life.something_happens())
        await pass_by(lives, streamed_time, chance.choice((SHORT, LONG, VERY_LONG)))
    await pass_by(lives, streamed_time, RECOVERY)
    await answer(lives, streamed_time)
    for life in lives:
        await life.owner_tidies_up()
    await pass_by(lives, streamed_time, (end - streamed_time.monotonic(),))
    await answer(lives, streamed_time)
    for life in lives:
        life.assert_peace(SERVERS, streams=life.shown.entry.options == STREAM)
    logged = noticed(caplog)
    for life in lives:
        lines = [line for line in logged if life.shown.entry.title in line]
        assert len(lines) <= 2 * life.outages, f"{lines} at {life.happened[-1]}"
        life.outages = 0
        logged = [line for line in logged if line not in lines]
    assert logged == []


async def answer(lives: list[Life], streamed_time: StreamedTime) -> None:
    """Let their owners give the credentials that are asked for; a token may have ended just now."""
    while any(life.questions for life in lives):
        for life in lives:
            await life.owner_answers()
        await pass_by(lives, streamed_time, (30, 30))


def noticed(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has logged, and what others have to complain about."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno > (logging.DEBUG if record.name.startswith(LOGGER) else logging.INFO)
    ]


def forget_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Let go of what was logged, and of the failures in it."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, type(caplog.handler)):
            handler.clear()


async def pass_by(lives: list[Life], streamed_time: StreamedTime, steps: tuple[float, ...]) -> None:
    """Let time pass in steps, with one poll, two frames or more in each."""
    for seconds in steps:
        await streamed_time.passes(seconds)
        for _ in range(2):
            streamed_time.moves(2)
            for life in lives:
                life.shown.simulated.send_frame()
            await settle(lives[0].shown.hass)
