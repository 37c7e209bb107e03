"""How a generation 0 dashboard answers a request: written from recorded answers of 0.16.16 and 0.20.13.

A refusal is HTTP 200 with a code of its own; whatever is no known GET is the dashboard's 404 page.
"""

from collections.abc import Callable
from hashlib import sha256
import re
from typing import Any, Final
from urllib.parse import quote, unquote

from aiohttp import web

from simulator.go_json import encode
from simulator.interior import Interior
from simulator.pages import VIEW_FORM, moved, page
from simulator.servers import Returns
from simulator.versions import Version, parse_version, version_text
from simulator.wire_v0 import WireV0

_OLDEST: Final[Version] = (0, 15, 14)
"""Before this one the wire is not known."""
_NEWEST: Final[Version] = (0, 20, 13)
_MONITOR: Final = re.compile(r"/api/v1/monitor/([^/]+)")
_PROOF: Final = "nezha-dashboard-vp"
"""The cookie that proves knowledge of the view password."""
_PROOF_SECONDS: Final = 86_400

type _Answer = Callable[[web.Request], web.Response]


class RoutesV0:
    """Answers like a dashboard between 0.15.14 and 0.20.13."""

    newest: Final = version_text(_NEWEST)
    agent: Final = "0.20.5"

    def __init__(self, interior: Interior) -> None:
        """Answer for a world.

        Raises:
            ValueError: The version in the settings is of another generation.

        """
        self._world: Final = interior.world
        self._settings: Final = interior.settings
        self._version: Final = parse_version(self._settings.version, _OLDEST, _NEWEST)
        self._wire: Final = WireV0(self._world, self._version)
        self._world.equip(self.agent, Returns.NEVER)
        self._calls = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Return what the dashboard answers."""
        self._calls += 1
        if request.method == "POST" and request.path == "/view-password":
            return await self._view_password(request)
        if request.method != "GET":
            return self._not_found()
        if answer := self._find(request.path):
            return answer(request)
        shorter = request.path.removesuffix("/")
        if shorter != request.path and self._find(shorter):
            location = str(request.rel_url.with_path(shorter, keep_query=True))
            return moved(301, "Moved Permanently", location)
        return self._not_found()

    def refusal(self) -> web.Response:
        """Return the answer to a token that is wrong or missing."""
        return _failure(403, "访问此接口需要认证")

    def _find(self, path: str) -> _Answer | None:
        """Return what answers a GET of a path, None if nothing does."""
        if _MONITOR.fullmatch(path):
            return self._monitor if self._version >= (0, 16) else None
        known: dict[str, _Answer] = {
            "/": self._home,
            "/api/v1/server/list": self._server_list,
            "/api/v1/server/details": self._server_details,
        }
        return known.get(path)

    def _server_list(self, request: web.Request) -> web.Response:
        if not self._authorized(request):
            return self.refusal()
        return _success(self._wire.server_list(request.query.get("tag", ""), self._calls))

    def _server_details(self, request: web.Request) -> web.Response:
        if not self._authorized(request):
            return self.refusal()
        ids, tag = request.query.get("id", ""), request.query.get("tag", "")
        return _success(self._wire.server_details(ids, tag, self._calls))

    def _monitor(self, request: web.Request) -> web.Response:
        """Answer for one server's monitors, open to guests unless it is hidden or a view password is set."""
        if refusal := self._view_refusal(request):
            return refusal
        server_id = request.path.rpartition("/")[2]
        if not (server_id.isascii() and server_id.isdigit()):
            return _failure(400, "id参数错误", status=400)
        server = self._world.server(int(server_id))
        if server is None:
            return _failure(404, "id不存在", status=404)
        if server.hide_for_guest and self._version >= (0, 16, 6) and not self._authorized(request):
            return _failure(403, "需要认证", status=403)
        return _success(self._wire.monitor(server))

    def _view_refusal(self, request: web.Request) -> web.Response | None:
        """Return the answer to whoever lacks the view password for monitors; 0.16.6 and 0.16.9 changed it."""
        if self._version < (0, 16, 6) or self._proven(request):
            return None
        if self._version < (0, 16, 9):
            return self._password_page()
        return None if self._authorized(request) else _failure(403, "访问受限")

    def _home(self, request: web.Request) -> web.Response:
        """Answer with the home page; a token does not stand in for the view password here."""
        return page(self._settings.site_name) if self._proven(request) else self._password_page()

    async def _view_password(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("Password") != self._settings.view_password:
            return self._titled("An Error Occurred")
        cookie = f"{_PROOF}={quote(self._proof(), safe='')}; Path=/; Max-Age={_PROOF_SECONDS}"
        headers = {"Location": request.headers.get("Referer", "/"), "Set-Cookie": cookie}
        return web.Response(status=302, headers=headers)

    def _authorized(self, request: web.Request) -> bool:
        """Return whether the header is the bare token: a scheme in front of it makes it another one."""
        return bool(self._settings.token) and request.headers.get("Authorization") == self._settings.token

    def _proven(self, request: web.Request) -> bool:
        given = unquote(request.cookies.get(_PROOF, ""))
        return not self._settings.view_password or given == self._proof()

    def _proof(self) -> str:
        """Return what looks like the hash that a dashboard puts into the cookie."""
        return f"$2a$10${sha256(self._settings.view_password.encode()).hexdigest()[:53]}"

    def _password_page(self) -> web.Response:
        return self._titled("Please enter your password", VIEW_FORM)

    def _not_found(self) -> web.Response:
        return self._titled("该页面不存在", status=404)

    def _titled(self, title: str, content: str = "", *, status: int = 200) -> web.Response:
        return page(f"{title} - {self._settings.site_name}", content, status=status)


def _success(result: Any) -> web.Response:
    return _reply({"code": 0, "message": "success", "result": result})


def _failure(code: int, message: str, *, status: int = 200) -> web.Response:
    return _reply({"code": code, "message": message}, status=status)


def _reply(payload: Any, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(payload), content_type="application/json", charset="utf-8")
