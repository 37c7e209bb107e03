"""Telling generations apart costs at most two requests, never shows a credential, and happens once."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from custom_components.nezha.api import (
    ApiToken,
    Credential,
    DashboardError,
    Guest,
    Login,
    LoginPageError,
    NezhaError,
    NotNezhaError,
    PersonalAccessToken,
)

from .recorded import Exchange
from .recorded_v12 import EXCHANGES, LOGIN, PAT, SERVER, SERVICE, SETTING, STREAM, again, replayed
from .site import Answer, payload, reply

pytestmark = pytest.mark.usefixtures("socket_enabled")

LIST = f"{SERVER}/list"
SCRIPT = b'<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
"""What Cloudflare puts into pages, be they challenges or not."""
CREDENTIALS: list[Credential] = [
    ApiToken("0123456789abcdefghijklmnopqrstuv"),
    PersonalAccessToken(PAT),
    Login("admin", "secret"),
    Guest(),
]


def behind_cloudflare(exchange: Exchange) -> Answer:
    """Say again what a real dashboard said on a page, with Cloudflare's script in it."""
    return again(replace(exchange, body=exchange.body + SCRIPT.decode()))


@pytest.mark.parametrize("credential", CREDENTIALS, ids=lambda credential: type(credential).__name__)
@pytest.mark.parametrize(
    ("folder", "generation"), [("v1.4.0", 1), ("v1.14.14", 1), ("v2.0.14", 2), ("v2.3.7", 2), ("v2.3.7-tsdb", 2)]
)
async def test_credential_is_not_needed(folder: str, generation: int, credential: Credential) -> None:
    """It may belong to another dashboard."""
    async with replayed(folder, "jwt") as dashboard:
        client = dashboard.client(credential)
        assert (client.generation, client.site_name, client.server_page(1, monitored=True)) == (None, "", None)

        assert await client.detect() == generation

    assert (client.generation, client.site_name) == (generation, "Lab")
    assert (client.capabilities.stream, client.capabilities.monitors) == (True, True)
    assert [(asked.path, asked.authorization, asked.cookie) for asked in dashboard.asked] == [(SETTING, "", "")]


async def test_calls_at_the_same_time_ask_once() -> None:
    """The others wait for the answer."""
    async with replayed("v2.3.7", "pat") as dashboard:
        client = dashboard.client()
        await asyncio.gather(client.detect(), client.snapshot(), client.monitors(), client.detect())

    assert dashboard.count(SETTING) == 1


@pytest.mark.parametrize(
    "answers",
    [
        {SETTING: again(EXCHANGES["v1.4.0/page_none"])},
        {SETTING: again(EXCHANGES["v1.4.0/page_none"]), LIST: again(EXCHANGES["v1.4.0/page_none"])},
        {SETTING: again(EXCHANGES["v2.3.7/unknown_page_none"]), LIST: again(EXCHANGES["v2.3.7/unknown_page_none"])},
        {SETTING: payload({"success": True}), LIST: again(EXCHANGES["v1.4.0/gen0_list_none"])},
    ],
)
async def test_wrong_path_of_a_dashboard_is_none(answers: dict[str, Any]) -> None:
    """Its pages answer there; nothing else is asked for."""
    async with replayed("v1.14.14", "jwt") as dashboard:
        for path, answer in answers.items():
            dashboard.says(path, answer)
        client = dashboard.client()
        with pytest.raises(NotNezhaError):
            await client.snapshot()

    assert client.generation is None
    assert dashboard.paths() == [SETTING, LIST]


@pytest.mark.parametrize("part", [b"", SCRIPT, b'<input type="password">'])
async def test_page_of_generation_0_may_say_anything(part: bytes) -> None:
    """Cloudflare puts a script into every page, and a theme may ask for the password that visitors need."""
    async with replayed("v1.14.14", "jwt") as dashboard:
        dashboard.says(SETTING, reply(b"<title>404</title>" + part, status=404, content_type="text/html"))
        dashboard.says(LIST, payload({"code": 403, "message": "访问此接口需要认证"}))

        assert await dashboard.client(CREDENTIALS[0]).detect() == 0


async def test_login_page_in_front_of_everything_is_named() -> None:
    """It is no page of generation 0, for it is everywhere."""
    async with replayed("v1.14.14", "jwt") as dashboard:
        for path in (SETTING, LIST):
            dashboard.says(path, reply(b'<input type="password">', content_type="text/html"))
        with pytest.raises(LoginPageError):
            await dashboard.client().detect()


async def test_host_is_named_as_it_was_configured() -> None:
    """A dashboard may tell by it who is meant: for requests, logins and streams."""
    async with replayed("v2.3.7", "jwt") as dashboard:
        client = dashboard.client()
        await client.snapshot()
        await client.monitors()
        async with aclosing(client.stream()) as snapshots:
            await anext(snapshots)

    assert {SETTING, LOGIN, SERVER, SERVICE, STREAM} <= {asked.path for asked in dashboard.asked}
    assert {asked.host for asked in dashboard.asked} == {dashboard.url.removeprefix("http://")}


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (again(EXCHANGES["v2.3.7-waf/no_header_setting"]), "real_ip"),
        (again(EXCHANGES["v2.3.7-waf/after_strike_1_setting"]), "blocked"),
        (again(EXCHANGES["v1.14.14-waf/after_strike_4_setting"]), "blocked"),
        (behind_cloudflare(EXCHANGES["v2.3.7-waf/after_strike_1_setting"]), "blocked"),
        (reply(SCRIPT, status=403, content_type="text/html"), "browser_check"),
        (reply(SCRIPT, status=503, content_type="text/html"), "browser_check"),
        (reply(status=502, content_type="text/html"), "dashboard_error"),
        (reply(), "invalid_answer"),
        (reply(b"{"), "invalid_answer"),
    ],
)
async def test_dashboard_that_does_not_tell_is_asked_again_next_time(answer: Any, key: str) -> None:
    """One request, an error that says why, and no conclusion."""
    async with replayed("v2.3.7", "pat") as dashboard:
        client = dashboard.client()
        dashboard.says(SETTING, answer)
        with pytest.raises(NezhaError) as raised:
            await client.snapshot()
        assert raised.value.key == key
        assert dashboard.paths() == [SETTING]
        dashboard.forgets()

        assert len((await client.snapshot()).servers) == 8


async def test_list_that_fails_tells_nothing() -> None:
    """A dashboard of generation 0 may stop between the two requests."""
    async with replayed("v1.14.14", "jwt") as dashboard:
        dashboard.says(SETTING, reply(b"<title>404</title>", status=404, content_type="text/html"))
        dashboard.says(LIST, reply(status=503, content_type="text/html"))
        client = dashboard.client(CREDENTIALS[0])
        with pytest.raises(DashboardError):
            await client.detect()

    assert client.generation is None
