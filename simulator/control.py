"""The simulator's own HTTP API, below `/__simulator`: what tests and demos need and no dashboard has.

Bodies are JSON both ways. What cannot be understood is answered by 400 and `{"error": …}`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
import inspect
from typing import Any, Final, Protocol

from aiohttp import web

from simulator.faults import FaultKind, Faults
from simulator.received import RequestLog
from simulator.waf import Waf
from simulator.world import World

PREFIX: Final = "/__simulator"

HELP: Final = f"""\
control, below {PREFIX} of the printed address, JSON both ways:
  POST   /act       {{"action": …}}: change the world (see below)
  POST   /fault     {{"path": "/api/v1/server/details", "fault": "drop", "times": 1}}: meet requests with a
                    fault; `*` in the path stands for anything, no times means until it is cleared
  GET    /fault     the faults in force
  DELETE /fault     clear all faults, or with ?path=… those that were added for this path
  GET    /strikes   strikes that count against each client's address, and how many there ever were
  GET    /requests  requests received: method, path, whether an Authorization header came, names of cookies
  DELETE /requests  forget them
  GET    /clock     Unix seconds of the world and of the dashboard
  POST   /clock     {{"advance": 3600}} lets time pass; {{"skew": -90}} sets the dashboard's clock wrong

actions, with their further fields:
  stop, start, delete  server_id
  reboot               server_id, seconds (until the agent is back)
  edit                 server_id, name, group, display_index, hide_for_guest, public_note, note, owner: any of these
  edit_monitor         monitor_id, name, hide_for_guest, only_listed, listed (server ids: the only ones that it covers,
                       or does not), broken, owner: any of these
  add                  name, group: a server that reports at once; the answer's result is its id
  set_state, set_host  server_id, values: fields held fixed, {{"cpu": 93.5}}; null lets one go; NaN is understood
  restart_dashboard    seconds (until all agents are back): it forgets what agents told it and ends streams
  lose_power           server_id: silent, and the dashboard believes for 16 minutes that it is connected
  jitter_boot_time     server_id, by, seconds: a later boot time, and no state for some seconds
  revoke_token         token: the first one if left out
  replace_token        token
  add_member           username, password, server_ids, monitor_ids: a user who has these; the answer's result is an id
  add_token            scopes, server_ids, days, user_id: a further personal access token, the answer's result
  log_in               address, user_id: a session, the answer's result is its token (JWT)
  expire_sessions, end_sessions, delete_user, send_frame, end_streams   -
  send_text            text, to every stream
  silence              on: whether streams stay open and send nothing
  set                  any settings, {{"force_auth": true}}
"""

type _Handler = Callable[[web.Request], Awaitable[web.Response]]


class Controlled(Protocol):
    """What can be controlled of a dashboard."""

    @property
    def world(self) -> World:
        """What it watches."""

    @property
    def faults(self) -> Faults:
        """The faults that its clients meet."""

    @property
    def requests(self) -> RequestLog:
        """The requests that it received."""

    @property
    def waf(self) -> Waf:
        """Its firewall."""

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Return what can be done to the dashboard itself, by name."""


class Control:
    """Answers control requests for one dashboard."""

    def __init__(self, dashboard: Controlled) -> None:
        """Control a dashboard."""
        world = dashboard.world
        self._clock: Final = world.clock
        self._faults: Final = dashboard.faults
        self._requests: Final = dashboard.requests
        self._waf: Final = dashboard.waf
        self._actions: Final[Mapping[str, Callable[..., object]]] = {
            "add": world.add,
            "delete": world.delete,
            "edit": world.edit,
            "edit_monitor": world.edit_monitor,
            "jitter_boot_time": world.jitter_boot_time,
            "lose_power": world.lose_power,
            "reboot": world.reboot,
            "set_host": world.fix_host,
            "set_state": world.fix_state,
            "start": world.start,
            "stop": world.stop,
            **dashboard.actions(),
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the control requests."""
        return [
            web.post(f"{PREFIX}/act", _understood(self._act)),
            web.get(f"{PREFIX}/fault", _understood(self._list_faults)),
            web.post(f"{PREFIX}/fault", _understood(self._add_fault)),
            web.delete(f"{PREFIX}/fault", _understood(self._clear_faults)),
            web.get(f"{PREFIX}/strikes", _understood(self._list_strikes)),
            web.get(f"{PREFIX}/requests", _understood(self._list_requests)),
            web.delete(f"{PREFIX}/requests", _understood(self._forget_requests)),
            web.get(f"{PREFIX}/clock", _understood(self._show_clock)),
            web.post(f"{PREFIX}/clock", _understood(self._set_clock)),
        ]

    async def _act(self, request: web.Request) -> web.Response:
        parameters = await _object(request)
        action = self._actions[parameters.pop("action")]
        inspect.signature(action).bind(**parameters)
        return web.json_response({"result": action(**parameters)})

    async def _add_fault(self, request: web.Request) -> web.Response:
        parameters = await _object(request)
        path, kind = str(parameters.pop("path")), FaultKind(parameters.pop("fault"))
        self._faults.add(path, kind, parameters.pop("times", None), **parameters)
        return await self._list_faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear(request.query.get("path"))
        return await self._list_faults(request)

    async def _list_faults(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(fault) for fault in self._faults.listed()])

    async def _list_strikes(self, _: web.Request) -> web.Response:
        return web.json_response({"strikes": self._waf.strikes(), "raised": self._waf.raised})

    async def _list_requests(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(received) for received in self._requests])

    async def _forget_requests(self, request: web.Request) -> web.Response:
        self._requests.clear()
        return await self._list_requests(request)

    async def _show_clock(self, _: web.Request) -> web.Response:
        return web.json_response({"now": self._clock.now(), "dashboard_now": self._clock.dashboard_now()})

    async def _set_clock(self, request: web.Request) -> web.Response:
        parameters = await _object(request)
        self._clock.skew = float(parameters.pop("skew", self._clock.skew))
        self._clock.advance(float(parameters.pop("advance", 0)))
        if parameters:
            raise TypeError(*parameters)
        return await self._show_clock(request)


async def _object(request: web.Request) -> dict[str, Any]:
    parameters = await request.json()
    if not isinstance(parameters, dict):
        raise TypeError("the body must be a JSON object")
    return parameters


def _understood(handler: _Handler) -> _Handler:
    """Let a handler answer by 400 what it cannot understand."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except (LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    return answer
