"""The envelopes of generations 1 and 2: `success` with `data`, or `error`."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from aiohttp import web

from simulator.go_json import encode
from simulator.pages import page

ZERO_TIME: Final = "0001-01-01T00:00:00Z"
"""How Go writes a time that was never set."""
_NANOSECONDS: Final = 1_000_000_000


def timestamp(at: float, *, hours: int = 0) -> str:
    """Return a Unix second as Go writes it, in the zone that is ahead of UTC by some hours."""
    zone = timezone(timedelta(hours=hours)) if hours else UTC
    nanoseconds = int(at * _NANOSECONDS)
    fraction = f".{nanoseconds % _NANOSECONDS:09d}".rstrip("0").rstrip(".")
    text = datetime.fromtimestamp(nanoseconds // _NANOSECONDS, zone).isoformat()
    date, offset = (text.removesuffix("+00:00"), "Z") if zone is UTC else (text[:-6], text[-6:])
    return f"{date}{fraction}{offset}"


def success(data: Any) -> web.Response:
    """Return an answer with data, which an empty list leaves out."""
    return reply({"success": True} | ({} if data is None or data == [] else {"data": data}))


def failure(error: str, *, status: int = 200) -> web.Response:
    """Return an answer that tells what went wrong, most often with HTTP's 200."""
    return reply({"error": error}, status=status)


def unauthorized(site_name: str) -> web.Response:
    """Return the answer to whoever had to log in and did not."""
    response = failure("ApiErrorUnauthorized")
    response.headers["WWW-Authenticate"] = f"JWT realm={site_name}"
    return response


def blocked(phrase: str = "you were blocked by nezha WAF") -> web.Response:
    """Return the firewall's page."""
    return page("Blocked", f"<p>{phrase}</p><hr>nezha WAF", status=403)


def bad_request() -> web.Response:
    """Return the answer to a request for a stream that does not ask for an upgrade."""
    return web.Response(status=400, text="Bad Request\n", content_type="text/plain", charset="utf-8")


def reply(payload: Any, *, status: int = 200) -> web.Response:
    """Return JSON as a dashboard writes it."""
    return web.Response(status=status, body=encode(payload), content_type="application/json", charset="utf-8")
