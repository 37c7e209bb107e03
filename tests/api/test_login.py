"""Logins: as few as possible, for a refused one counts as an attack, and no session that has not been proven."""

import asyncio
from collections.abc import Iterator
import json
from typing import Any

from aiohttp import web
import pytest

from custom_components.nezha.api import (
    BlockedError,
    Credential,
    DashboardError,
    Guest,
    Login,
    LoginRefusedError,
    NezhaAuthError,
    NezhaClient,
    PersonalAccessToken,
    RedirectedError,
    SessionEndedError,
)

from .recorded_v12 import (
    BLOCKED,
    EXCHANGES,
    GROUPS,
    LOGIN,
    PASSWORD,
    PAT,
    PROFILE,
    SERVER,
    SERVICE,
    SESSION,
    SETTING,
    STREAM,
    USERNAME,
    Clock,
    Connection,
    Replayed,
    again,
    moved_clock,
    replayed,
)
from .site import payload, reply

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWEST = "v1.14.14"
LIFE = 3600
"""Seconds for which the recorded logins are good."""
MARGIN = 120
PAUSE = 60
REFUSED = payload({"error": "ApiErrorUnauthorized"})


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Return the client's clock."""
    with moved_clock() as clock:
        yield clock


def asked(dashboard: Replayed) -> list[str]:
    """Return what was asked for, except for what dashboard it is, and forget it."""
    return [path for path in dashboard.paths() if path != SETTING]


def end_session(dashboard: Replayed, *paths: str) -> None:
    """Let the dashboard know nothing of any session from now on: it refuses here and takes it for a guest's there."""
    dashboard.taken_for = "expired"
    for path in paths:
        dashboard.says(path, REFUSED)


@pytest.mark.parametrize("folder", ["v1.4.0", NEWEST, "v2.0.14", "v2.3.7"])
async def test_first_request_logs_in(folder: str) -> None:
    """Once, as JSON, and without the credential that it is about to get; then the session goes along."""
    async with replayed(folder, "jwt") as dashboard:
        client = dashboard.client()
        await client.detect()
        assert dashboard.paths() == [SETTING]

        assert len((await client.snapshot()).servers) == 8

    login, *others = dashboard.asked
    assert (login.method, login.path, login.authorization) == ("POST", LOGIN, "")
    assert json.loads(login.content) == {"username": USERNAME, "password": PASSWORD}
    assert [(asked.path, asked.authorization) for asked in others] == [
        (SERVER, f"Bearer {SESSION}"),
        (GROUPS, f"Bearer {SESSION}"),
    ]


async def test_cookies_of_a_login_are_not_kept() -> None:
    """They would turn guests of the same session into users."""
    assert "set-cookie" in EXCHANGES[f"{NEWEST}/login"].headers
    async with replayed(NEWEST, "jwt") as dashboard:
        await dashboard.client().snapshot()
        await dashboard.client(Guest()).snapshot()

    assert [asked.cookie for asked in dashboard.asked if asked.cookie] == []


async def test_requests_at_the_same_time_log_in_once() -> None:
    """Also when one of them opens a stream."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.streams(Connection(ended=True))
        await asyncio.gather(client.snapshot(), client.monitors(), client.latencies(1), listen(client))

    assert (dashboard.count(LOGIN), dashboard.count(PROFILE)) == (1, 0)


async def listen(client: NezhaClient) -> int:
    """Return how many messages a stream had."""
    return len([snapshot async for snapshot in client.stream()])


async def test_session_is_proven_before_it_is_used_later(clock: Clock) -> None:
    """An endpoint that is open to guests would take an ended session for a guest's, or for an attack."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.paths()

        clock.passes(0.9)
        await client.monitors()
        assert dashboard.paths() == [SERVICE]
        clock.passes(0.1)
        await client.monitors()
        assert dashboard.paths() == [PROFILE, SERVICE]
        clock.passes(0.9)
        await client.monitors()
        assert dashboard.paths() == [SERVICE]


async def test_session_is_kept_until_shortly_before_its_end(clock: Clock) -> None:
    """Then a new login replaces it; the old session is not even tried."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        clock.passes(LIFE - MARGIN - 1)
        await client.monitors()
        assert dashboard.count(LOGIN) == 1
        dashboard.paths()

        clock.passes(31)
        await client.monitors()

        assert dashboard.paths() == [LOGIN, SERVICE]


async def test_short_session_is_kept_for_half_its_life(clock: Clock) -> None:
    """Where clocks run apart a session may seem to live for a moment only."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(LOGIN, login(expire="2026-11-23T12:49:50Z"))
        client = dashboard.client()
        await client.monitors()
        clock.passes(30)
        await client.monitors()
        assert asked(dashboard) == [LOGIN, SERVICE, PROFILE, SERVICE]
        clock.passes(30)
        await client.monitors()
        assert asked(dashboard) == [LOGIN, SERVICE]


async def test_session_that_is_over_before_it_began_is_not_proven(clock: Clock) -> None:
    """There is nothing to ask for until the next login may be."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(LOGIN, login(expire="2026-11-23T12:48:00Z"))
        client = dashboard.client()
        await client.monitors()
        clock.passes(30)
        with pytest.raises(SessionEndedError):
            await client.monitors()

    assert asked(dashboard) == [LOGIN, SERVICE]


def login(*, token: Any = SESSION, expire: Any) -> Any:
    """Answer a login, at the recorded time."""
    data = {"token": token, "expire": expire}
    date = EXCHANGES[f"{NEWEST}/login"].headers["date"]
    return reply(json.dumps({"success": True, "data": data}).encode(), date=date)


async def test_session_without_the_dashboards_clock_counts_from_now(clock: Clock) -> None:
    """A proxy may drop the Date header."""
    answer = {"success": True, "data": {"token": SESSION, "expire": "2126-11-23T13:48:10+08:00"}}
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(LOGIN, payload(answer))
        client = dashboard.client()
        await client.monitors()
        clock.passes(10 * LIFE)
        await client.monitors()

    assert (dashboard.count(LOGIN), dashboard.count(PROFILE)) == (1, 1)


@pytest.mark.parametrize("name", ["login_wrong", "login_empty", "login_garbage"])
async def test_refused_login_is_the_last_one(name: str) -> None:
    """Every later call fails without a request, also those that were waiting."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.repeats(name)
        client = dashboard.client()
        await client.detect()
        outcomes = await asyncio.gather(
            client.snapshot(), client.monitors(), listen(client), client.latencies(1), return_exceptions=True
        )
        dashboard.repeats("login")
        for _ in range(2):
            with pytest.raises(LoginRefusedError):
                await client.snapshot()

    assert [type(outcome) for outcome in outcomes] == [LoginRefusedError] * 4
    assert asked(dashboard) == [LOGIN]


async def test_new_client_logs_in_again() -> None:
    """A refusal holds for one client, whose password never changes."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.repeats("login_wrong")
        with pytest.raises(LoginRefusedError):
            await dashboard.client().snapshot()
        dashboard.forgets()

        assert len((await dashboard.client().snapshot()).servers) == 8


async def test_password_that_was_changed_is_noticed_at_the_next_login(clock: Clock) -> None:
    """The session ends, the login is refused, nothing more is sent."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        clock.passes(PAUSE)
        end_session(dashboard, SERVER)
        dashboard.repeats("login_wrong")
        dashboard.paths()
        for _ in range(3):
            with pytest.raises(LoginRefusedError):
                await client.snapshot()

        assert asked(dashboard) == [PROFILE, LOGIN]


async def test_session_that_has_ended_is_renewed_before_it_does_harm(clock: Clock) -> None:
    """It was revoked, or the dashboard has a new key: the guest's view is never asked for."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.paths()
        dashboard.says(PROFILE, again(EXCHANGES[f"{NEWEST}/profile_expired"]))
        clock.passes(PAUSE)

        assert len((await client.snapshot()).servers) == 8
        assert asked(dashboard) == [PROFILE, LOGIN, SERVER]


@pytest.mark.parametrize(
    "refusal", [REFUSED, again(EXCHANGES["v1.14.14-waf/server_other_ip"]), again(EXCHANGES[f"{NEWEST}/server_garbage"])]
)
async def test_session_that_ends_within_its_trust_is_renewed_at_the_next_request(clock: Clock, refusal: Any) -> None:
    """A session may be bound to an address; that it ended is no refusal of the login."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        clock.passes(PAUSE)
        await client.snapshot()
        dashboard.paths()
        dashboard.says(SERVER, refusal)
        with pytest.raises(SessionEndedError):
            await client.snapshot()
        assert asked(dashboard) == [SERVER]

        dashboard.forgets()
        assert len((await client.snapshot()).servers) == 8
        assert asked(dashboard) == [LOGIN, SERVER]


async def test_stream_that_is_refused_ends_the_session(clock: Clock) -> None:
    """The next request logs in again, no earlier than the pause allows."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.streams(Connection(refused=401))
        with pytest.raises(SessionEndedError):
            await listen(client)
        clock.passes(PAUSE)

        assert len((await client.snapshot()).servers) == 8
        assert asked(dashboard) == [LOGIN, STREAM, LOGIN, SERVER, GROUPS]


async def test_sessions_that_end_at_once_cause_no_storm_of_logins(clock: Clock) -> None:
    """Within the pause there is one login, and nothing else that a session is for."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SERVER, REFUSED)
        dashboard.says(PROFILE, REFUSED)
        client = dashboard.client()
        for _ in range(10):
            with pytest.raises(SessionEndedError):
                await client.snapshot()
            clock.passes(PAUSE / 10 - 0.1)
        assert asked(dashboard) == [LOGIN, SERVER]

        clock.passes(1)
        with pytest.raises(SessionEndedError):
            await client.snapshot()
        assert asked(dashboard) == [LOGIN, SERVER]


@pytest.mark.parametrize("way", ["request", "stream"])
async def test_session_is_proven_again_after_a_block(clock: Clock, way: str) -> None:
    """It may have been revoked, and its use what the dashboard blocks for."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        dashboard.says(SERVICE, again(EXCHANGES["v1.14.14-waf/after_strike_1_setting"]))
        dashboard.streams(BLOCKED)
        with pytest.raises(BlockedError):
            await (listen(client) if way == "stream" else client.monitors())
        dashboard.forgets()
        dashboard.paths()

        await client.monitors()
        assert dashboard.paths() == [PROFILE, SERVICE]


async def test_blocked_login_is_no_refused_one() -> None:
    """The next call tries again."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.says(LOGIN, again(EXCHANGES["v1.14.14-waf/after_strike_1_setting"]))
        with pytest.raises(BlockedError):
            await client.snapshot()

        dashboard.forgets()
        assert len((await client.snapshot()).servers) == 8


@pytest.mark.parametrize(
    "answer",
    [
        payload({"success": True}),
        payload({"success": True, "data": {}}),
        payload({"success": True, "data": "text"}),
        payload({"success": True, "data": {"token": SESSION}}),
        login(expire="tomorrow"),
        login(expire=7),
        payload({"error": "404 Not Found"}),
        payload({"error": "数据库出错"}),
        payload({"error": 7}),
        payload([]),
        payload(None),
    ],
)
async def test_answer_without_a_session_is_none_of_the_password(clock: Clock, answer: Any) -> None:
    """What has no session refuses no login; it is asked for again after a pause."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        dashboard.says(LOGIN, answer)
        with pytest.raises(SessionEndedError):
            await client.snapshot()

        dashboard.forgets()
        clock.passes(60)
        assert len((await client.snapshot()).servers) == 8


async def test_dashboard_that_fails_at_a_proof_is_asked_again(clock: Clock) -> None:
    """Nobody knows then whether the session is good; there is no login for it."""
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        clock.passes(30)
        for failure in (payload({"error": "real ip header not found"}), reply(status=500, content_type="text/html")):
            dashboard.says(PROFILE, failure)
            with pytest.raises(DashboardError):
                await client.snapshot()
        dashboard.forgets()
        dashboard.paths()

        await client.snapshot()
        assert asked(dashboard) == [PROFILE, SERVER]


async def test_login_is_not_redirected() -> None:
    """The password must not travel, not even on the same host."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(LOGIN, lambda: web.Response(status=308, headers={"Location": "/elsewhere/api/v1/login"}))
        with pytest.raises(RedirectedError):
            await dashboard.client().snapshot()

    assert asked(dashboard) == [LOGIN]


async def test_secrets_of_the_profile_are_not_kept(clock: Clock) -> None:
    """It may hold the hash of the password."""
    profile = EXCHANGES[f"{NEWEST}/profile_jwt"].body["data"]
    credential = Login(USERNAME, PASSWORD)
    async with replayed(NEWEST, "jwt") as dashboard:
        client = dashboard.client(credential)
        await client.snapshot()
        clock.passes(30)
        await client.snapshot()

    assert dashboard.count(PROFILE) == 1
    assert not any(profile[secret] in repr(vars(credential)) for secret in ("password", "agent_secret"))


def test_credentials_are_told_apart_without_being_told() -> None:
    """By their kind, what is in them, and who asks."""
    credentials: list[Credential] = [
        Login("admin", "one"),
        Login("admin", "two"),
        Login("root", "one"),
        Guest(),
        PersonalAccessToken(PAT),
        PersonalAccessToken("nzp_other"),
    ]
    prints = [credential.fingerprint(salt) for credential in credentials for salt in ("here", "there")]

    assert len(set(prints)) == 12
    assert prints == [credential.fingerprint(salt) for credential in credentials for salt in ("here", "there")]
    assert not any("one" in known or PAT in known for known in prints)


async def test_login_of_a_dashboard_of_generation_0_is_not_tried() -> None:
    """It has none."""
    async with replayed(NEWEST, "jwt") as dashboard:
        dashboard.says(SETTING, reply(b"<title>404</title>", status=404, content_type="text/html"))
        dashboard.says("/api/v1/server/list", payload({"code": 403}))
        with pytest.raises(NezhaAuthError) as raised:
            await dashboard.client().snapshot()

    assert raised.value.key == "wrong_kind"
    assert dashboard.count(LOGIN) == 0
