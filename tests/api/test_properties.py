"""What holds whatever a dashboard says and whatever is typed: models that can be shown, or one of our errors."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any

from aiohttp import ClientSession
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
from yarl import URL

from custom_components.nezha.api import InvalidUrlError, Login, NezhaError, Snapshot, base_url, is_on_local_network
from custom_components.nezha.api.generations.fields import identifier
from custom_components.nezha.api.transport import Transport

from .conftest import ServeSite
from .odd_json import NUMBERS, OTHERS, TEXTS, TYPICAL, encoded, odd, recorded
from .questions import QUESTIONS, Repeating, ask
from .sanity import assert_sane
from .site import Answer, Site, reply

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDED = recorded()
CHANCE = st.randoms(use_true_random=True)

SIGNS = st.text(st.characters(exclude_categories=()), max_size=20)
ANYTHING = st.recursive(
    st.one_of(st.sampled_from(NUMBERS + TEXTS + OTHERS), st.integers(), st.floats(allow_nan=False), SIGNS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SIGNS | st.sampled_from(TEXTS), inner, max_size=4),
    max_leaves=12,
)
ENVELOPES: tuple[Callable[[Any], Any], ...] = (
    lambda inner: inner,
    lambda inner: {"success": True, "data": inner},
    lambda inner: {"success": True, "data": {"services": inner}},
    lambda inner: {"code": 0, "result": inner},
    lambda inner: {"now": 1_795_438_088_000, "servers": inner},
)
ODD = st.builds(odd, st.sampled_from([RECORDED[name] for name in TYPICAL]), CHANCE).map(encoded)
ANY_JSON = st.builds(lambda envelope, inner: encoded(envelope(inner)), st.sampled_from(ENVELOPES), ANYTHING)

PIECES = (
    *("http", "https", "ftp", ":", "/", "//", "://", "HTTPS://", "?", "#", "@", "%", "%2f", " ", "\\", ";", "..", "."),
    *(
        "nezha",
        "example.com",
        "192.0.2.1",
        "::1",
        "[",
        "]",
        "fe80::1%eth0",
        "user:password@",
        "443",
        "0",
        "65536",
        "哪吒",
    ),
)
"""Of addresses, as people type and mistype them."""
LISTS: Mapping[str, tuple[str, str, str]] = {
    "0": ("servers of 0", "v0.20.13/server_details", "result"),
    "1": ("servers of 1", "v1.14.14/server_jwt", "data"),
    "2": ("servers of 2", "v2.3.7/server_pat", "data"),
    "stream": ("stream of 2", "v2.3.7/ws_pat", "servers"),
}
"""What tells of servers: the question, an answer, and where in it the servers are."""


def is_told_or_refused(sent: bytes, **how: Any) -> None:
    """Ask everything, and look at every answer."""
    for question in QUESTIONS.values():
        with suppress(NezhaError):
            assert_sane(ask(question, Repeating(sent, **how)))


@given(sent=st.binary() | ANY_JSON, status=st.sampled_from((200, 401, 500)), time=st.sampled_from((None, NOON)))
def test_anything_gives_models_or_one_of_our_errors(sent: bytes, status: int, time: datetime | None) -> None:
    """Nothing else ever comes out, to whatever question it is the answer."""
    is_told_or_refused(sent, status=status, time=time)


@given(sent=ODD, is_guest=st.booleans())
def test_what_real_dashboards_say_with_something_odd_in_it_gives_models_or_one_of_our_errors(
    sent: bytes, *, is_guest: bool
) -> None:
    """Every value that comes out can be shown."""
    is_told_or_refused(sent, is_guest=is_guest)


@given(sent=st.sampled_from([RECORDED[name] for name in TYPICAL]).map(encoded), cut=st.floats(0, 1))
def test_an_answer_that_breaks_off_gives_one_of_our_errors(sent: bytes, cut: float) -> None:
    """Wherever it does."""
    is_told_or_refused(sent[: int(len(sent) * cut)])


@pytest.mark.parametrize(("question", "answer", "place"), LISTS.values(), ids=LISTS)
@given(entry=ANYTHING, chance=CHANCE)
def test_an_odd_server_takes_no_other_down(question: str, answer: str, place: str, entry: Any, chance: Random) -> None:
    """Neither one that is anything at all nor one of which something is odd."""
    payload = RECORDED[answer]
    entries = payload[place]
    whole = told(question, payload)
    for odd_one in (entry, odd(entries[0], chance)):
        among = [*entries[1:]]
        among.insert(chance.randint(0, len(among)), odd_one)
        shown = told(question, payload | {place: among})
        assert shown.malformed in {0, 1}
        for other in entries[1:]:
            if not takes_the_place_of(other, odd_one):
                assert shown.servers[other["id"]] == whole.servers[other["id"]]


def takes_the_place_of(entry: dict[str, Any], odd_one: Any) -> bool:
    """Tell whether an odd one has the id of another and is no less full: nobody can know which is the true one."""
    return isinstance(odd_one, dict) and identifier(odd_one.get("id")) == entry["id"] and len(odd_one) >= len(entry)


def told(question: str, payload: Any) -> Snapshot:
    """Return the servers of an answer or of a frame."""
    answer = ask(QUESTIONS[question], Repeating(encoded(payload), time=NOON))
    snapshot = answer[0] if isinstance(answer, list) else answer
    assert isinstance(snapshot, Snapshot)
    return snapshot


@given(text=st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=6).map("".join))
def test_what_is_typed_gives_a_base_address_or_the_error_for_none(text: str) -> None:
    """It can be asked, has no secret in it, and typed again stays what it is."""
    try:
        url = base_url(text)
    except InvalidUrlError:
        return
    assert url.scheme in {"http", "https"}
    assert url.host
    assert (url.user, url.password, url.query_string, url.fragment) == (None, None, "", "")
    assert base_url(str(url)) == url
    assert isinstance(is_on_local_network(url), bool)


HEADERS = {
    "Date": st.datetimes().map(lambda time: format_datetime(time.replace(tzinfo=UTC), usegmt=True)),
    "Location": st.sampled_from(("mailto:", "x:/api/v1/server", "//", "http://[", "https://nezha.example.com:0/a")),
    "WWW-Authenticate": st.just("Basic"),
    "cf-mitigated": st.just("challenge"),
}
LINES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
ANSWERS = st.builds(
    lambda body, status, content_type, headers: reply(body, status=status, content_type=content_type, **headers),
    st.binary() | st.sampled_from((b"{}", b"nezha WAF", b'<input type="password">')),
    st.sampled_from((200, 204, 302, 308, 401, 403, 404, 407, 418, 500, 502, 599)),
    st.sampled_from(("application/json", "application/json; charset=x", "text/html", "/", "")),
    st.fixed_dictionaries({}, optional={name: LINES | usual for name, usual in HEADERS.items()}),
)
SESSIONS = st.fixed_dictionaries({}, optional={"token": ANYTHING, "expire": ANYTHING | st.datetimes().map(str)})
OVER_SOCKETS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""One site answers all examples."""


@pytest.fixture
async def site(serve_site: ServeSite) -> Site:
    """Return a site that gives every path the same answer."""
    return await serve_site(reply(), everywhere=True)


@OVER_SOCKETS
@given(answer=ANSWERS)
async def test_any_web_server_gives_an_answer_or_one_of_our_errors(
    site: Site, session: ClientSession, answer: Answer
) -> None:
    """Whatever its status, its headers and its pages are."""
    site.answer = answer
    with suppress(NezhaError):
        assert_sane((await Transport(session, URL(site.url)).get("api/v1/server", {})).time)


@OVER_SOCKETS
@given(sent=ANY_JSON | SESSIONS.map(lambda session: encoded({"success": True, "data": session})))
async def test_any_answer_to_a_login_gives_a_header_or_one_of_our_errors(
    site: Site, session: ClientSession, sent: bytes
) -> None:
    """The header can be sent."""
    site.answer = reply(sent)
    with suppress(NezhaError):
        headers = await Login("somebody", "a password").headers(Transport(session, URL(site.url)))
        assert headers["Authorization"].isascii()
        assert headers["Authorization"].isprintable()
