"""The client: what it asks a dashboard, when, and with which credential."""

import asyncio

import pytest
from yarl import URL

from custom_components.nezha.api import (
    Capabilities,
    Credential,
    DashboardError,
    Guest,
    InvalidAnswerError,
    Login,
    NezhaAuthError,
    NezhaConnectionError,
    NotNezhaError,
    NotOfferedError,
    PersonalAccessToken,
    WayIn,
    WrongKindError,
)
from simulator.faults import FaultKind
from tests.serving import DETAILS, ServedDashboard

from .conftest import Connect, ServeSite
from .site import payload, result

LIST = "/api/v1/server/list"
SETTING = "/api/v1/setting"


def asked(dashboard: ServedDashboard) -> list[tuple[str, bool]]:
    """Return the paths that were asked for, with whether a credential came along, and forget them."""
    requests = [(request.path, request.authorization) for request in dashboard.simulated.requests]
    dashboard.simulated.requests.clear()
    return requests


async def test_detection_takes_two_requests_without_credential(connect: Connect, dashboard: ServedDashboard) -> None:
    """The first snapshot takes one more, with the token, and the next ones take one each."""
    client = connect(dashboard.url, dashboard.token)

    await client.snapshot()
    first = asked(dashboard)
    await client.snapshot()

    assert first == [(SETTING, False), (LIST, False), (DETAILS, True)]
    assert asked(dashboard) == [(DETAILS, True)]


async def test_latencies_take_one_request_for_each_server(connect: Connect, dashboard: ServedDashboard) -> None:
    """Also when a latency is the first thing asked for."""
    client = connect(dashboard.url, dashboard.token)

    await client.latencies(1)
    first = asked(dashboard)
    await client.latencies(2)

    assert first == [(SETTING, False), (LIST, False), ("/api/v1/monitor/1", True)]
    assert asked(dashboard) == [("/api/v1/monitor/2", True)]


async def test_nothing_is_known_before_the_dashboard_has_answered(connect: Connect) -> None:
    """Making a client asks nothing."""
    client = connect("https://nezha.example.com/sub")

    assert client.url == URL("https://nezha.example.com/sub")
    assert (client.generation, client.capabilities, client.site_name) == (None, Capabilities(), "")
    assert client.server_page(1, monitored=True) is None


async def test_generation_is_known_afterwards(connect: Connect, dashboard: ServedDashboard) -> None:
    """With what it can do and where it shows a server."""
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()

    assert client.generation == 0
    assert client.capabilities == Capabilities(stream=False, monitors=False)
    assert client.server_page(7, monitored=True) == f"{dashboard.url}/network/7"
    assert client.server_page(7, monitored=False) is None


async def test_refused_token_is_never_sent_again(connect: Connect, dashboard: ServedDashboard) -> None:
    """Every later call fails without a request, also after the dashboard would accept the token again."""
    client = connect(dashboard.url, "wrong")
    with pytest.raises(NezhaAuthError):
        await client.snapshot()
    assert asked(dashboard) == [(SETTING, False), (LIST, False), (DETAILS, True)]

    dashboard.simulated.replace_token("wrong")
    for call in (client.snapshot, lambda: client.latencies(1), client.snapshot):
        with pytest.raises(NezhaAuthError):
            await call()

    assert asked(dashboard) == []


async def test_revoked_token_is_sent_once_more(connect: Connect, dashboard: ServedDashboard) -> None:
    """The answer to that request is the last one."""
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()
    asked(dashboard)
    dashboard.simulated.revoke_token()

    for _ in range(3):
        with pytest.raises(NezhaAuthError):
            await client.snapshot()

    assert asked(dashboard) == [(DETAILS, True)]


async def test_new_client_sends_the_token_again(connect: Connect, dashboard: ServedDashboard) -> None:
    """A refusal holds for one client, whose credential never changes."""
    with pytest.raises(NezhaAuthError):
        await connect(dashboard.url, "wrong").snapshot()

    assert (await connect(dashboard.url, dashboard.token).snapshot()).servers


@pytest.mark.parametrize("token", ["", "line\nbreak", "tökén", "nul\0"])
async def test_token_that_cannot_be_one_is_refused_without_being_sent(
    token: str, connect: Connect, dashboard: ServedDashboard
) -> None:
    """The dashboard is found out about, but never asked for its servers."""
    client = connect(dashboard.url, token)

    for _ in range(2):
        with pytest.raises(NezhaAuthError):
            await client.snapshot()

    assert asked(dashboard) == [(SETTING, False), (LIST, False)]


@pytest.mark.parametrize(
    "credential",
    [PersonalAccessToken("nzp_0123456789abcdef"), Login("admin", "admin"), Guest()],
    ids=lambda kind: type(kind).__name__,
)
async def test_credential_of_newer_dashboards_is_not_sent_to_an_older_one(
    credential: Credential, connect: Connect, dashboard: ServedDashboard
) -> None:
    """Generation 0 knows one kind only."""
    client = connect(dashboard.url, credential)

    for call in (client.snapshot, lambda: client.latencies(1), client.monitored, client.monitors):
        with pytest.raises(WrongKindError):
            await call()

    assert asked(dashboard) == [(SETTING, False), (LIST, False)]


async def test_what_generation_0_does_not_offer(connect: Connect, dashboard: ServedDashboard) -> None:
    """Only its pages have a stream and tell of monitors; guests are shown nothing, and every server may be asked."""
    client = connect(dashboard.url, dashboard.token)

    assert await client.monitored() is None
    assert await connect(dashboard.url, Guest()).ways_in() == {WayIn.TOKEN}
    with pytest.raises(NotOfferedError):
        await client.monitors()
    with pytest.raises(NotOfferedError):
        await anext(client.stream())


async def test_client_tells_whose_it_is(connect: Connect) -> None:
    """Whether it is a guest's, and what identifies its credential."""
    guest, owner = connect("https://nezha.example.com", Guest()), connect("https://nezha.example.com")

    assert (guest.is_guest, owner.is_guest) == (True, False)
    assert len({guest.fingerprint("salt"), owner.fingerprint("salt"), owner.fingerprint("pepper")}) == 3


async def test_concurrent_first_calls_detect_once(connect: Connect, dashboard: ServedDashboard) -> None:
    """The others wait for what the first one finds out."""
    client = connect(dashboard.url, dashboard.token)

    await asyncio.gather(*(client.snapshot() for _ in range(4)), client.latencies(1))

    paths = [path for path, _ in asked(dashboard)]
    assert [paths.count(path) for path in (SETTING, LIST, DETAILS, "/api/v1/monitor/1")] == [1, 1, 4, 1]


async def test_concurrent_first_calls_all_learn_of_a_failure(connect: Connect, dashboard: ServedDashboard) -> None:
    """Each of them tries for itself."""
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    client = connect(dashboard.url, dashboard.token)

    results = await asyncio.gather(*(client.snapshot() for _ in range(3)), return_exceptions=True)

    assert [type(result) for result in results] == [DashboardError] * 3


@pytest.mark.parametrize("path", [SETTING, LIST])
async def test_detection_is_tried_again_after_a_failure(
    path: str, connect: Connect, dashboard: ServedDashboard
) -> None:
    """A failing dashboard is not taken for one of some generation."""
    dashboard.simulated.faults.add(path, FaultKind.BAD_GATEWAY, 1)
    client = connect(dashboard.url, dashboard.token)

    with pytest.raises(DashboardError):
        await client.snapshot()
    assert client.generation is None

    assert (await client.snapshot()).servers
    assert client.generation == 0


OUTAGES = [
    (FaultKind.NOT_FOUND, NotNezhaError),
    (FaultKind.BAD_GATEWAY, DashboardError),
    (FaultKind.EMPTY, InvalidAnswerError),
    (FaultKind.REDIRECT, NotNezhaError),
    (FaultKind.DROP, NezhaConnectionError),
]


@pytest.mark.parametrize(("kind", "error"), OUTAGES)
async def test_generation_is_found_out_again_after_an_outage(
    kind: FaultKind, error: type[Exception], connect: Connect, dashboard: ServedDashboard
) -> None:
    """Another one may have taken its place; until that is known the client goes by what it knew."""
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()
    dashboard.simulated.faults.add("*", kind)
    for _ in range(2):
        with pytest.raises(error):
            await client.snapshot()
    assert client.generation == 0
    dashboard.simulated.faults.clear()
    asked(dashboard)

    await client.snapshot()
    await client.snapshot()

    assert asked(dashboard) == [(SETTING, False), (LIST, False), (DETAILS, True), (DETAILS, True)]


async def test_dashboard_that_was_upgraded_never_sees_the_old_token_again(
    connect: Connect, serve_site: ServeSite
) -> None:
    """Newer dashboards have other credentials."""
    site = await serve_site(result([]))
    client = connect(site.url)
    await client.snapshot()
    site.answer = payload({"error": "404 Not Found"})
    with pytest.raises(InvalidAnswerError):
        await client.snapshot()
    site.requests.clear()
    site.answer, site.everywhere = payload({"success": True, "data": {"tsdb_enabled": False}}), True

    with pytest.raises(WrongKindError):
        await client.snapshot()

    assert client.generation == 2
    assert [(request.path, request.authorization) for request in site.requests] == [(SETTING, None)]


async def test_monitors_that_are_not_offered_change_nothing(connect: Connect, dashboard: ServedDashboard) -> None:
    """Neither the generation nor the token is doubted because of them."""
    client = connect(dashboard.url, dashboard.token)
    await client.snapshot()
    dashboard.simulated.faults.add("/api/v1/monitor/*", FaultKind.NOT_FOUND, 1)
    with pytest.raises(NotOfferedError):
        await client.latencies(1)
    asked(dashboard)

    await client.snapshot()

    assert asked(dashboard) == [(DETAILS, True)]
