"""Runs a dashboard until it is told to end: `python -m simulator --help`."""

import argparse
import asyncio
import json
import signal
import sys
from typing import Final

from aiohttp import web

from simulator.control import HELP, PREFIX
from simulator.dashboard import GENERATIONS, Dashboard
from simulator.faults import FaultKind
from simulator.world import DAY_OF_POINTS, MAX_SERVERS, World

_DESCRIPTION: Final = """\
Runs a Nezha dashboard with made-up servers for tests and demos.

The first line on the standard output is JSON: the address, the token and the user's name and password as far as the
generation has them, those of the member if there is one, the generation, the number of servers and the address of the
control. Then it stays until it is interrupted or terminated.
"""
_MEMBER: Final = "member"
"""A member's user name and password."""
_FAULTS: Final = f"""\
faults:
  {"\n  ".join(FaultKind)}
  redirect takes location and status, wrong_shape takes body, slow and trickle take seconds,
  replace_server takes server_id and entry, replace_values takes values, huge and gzip_bomb take size.
  On a stream's path garbage, hang_up, huge, nan, replace_server, replace_values, silence and text_ids act on its
  frames.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description=_DESCRIPTION,
        epilog=f"{HELP}\n{_FAULTS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--generation", choices=GENERATIONS, default="v0", help="whose wire to speak (%(default)s)")
    parser.add_argument("--dashboard-version", help="such as 0.16.16; the generation's newest when left out")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 finds a free one (%(default)s)")
    parser.add_argument("--servers", type=int, default=8, help=f"how many, 1 to {MAX_SERVERS} (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="decides all values (%(default)s)")
    parser.add_argument("--token", help="the API token, or from 2.1.0 on a personal one; made up when left out")
    parser.add_argument("--username", default="admin", help="of generations 1 and 2 (%(default)s)")
    parser.add_argument("--password", default="admin", help="of generations 1 and 2 (%(default)s)")
    parser.add_argument("--member", type=_ids, help="servers of a further user, 1,3; a member from 1.4.0 on")
    parser.add_argument("--force-auth", action="store_true", help="show guests nothing, from 1.6.8 on")
    parser.add_argument("--real-ip-header", default="", help="switch the firewall on: a header, or NZ::Use-Peer-IP")
    parser.add_argument("--tsdb", action="store_true", help="keep a store of time series, in generation 2")
    parser.add_argument("--frame-interval", type=float, default=2, help="seconds between frames (%(default)s)")
    parser.add_argument("--view-password", default="", help="ask for it on pages and monitors")
    parser.add_argument(
        "--latency-points",
        type=int,
        default=DAY_OF_POINTS,
        help="points that a monitor stores at most, one a minute (%(default)s)",
    )
    return parser


def _ids(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _dashboard(options: argparse.Namespace) -> Dashboard:
    world = World(seed=options.seed, servers=options.servers, latency_points=options.latency_points)
    dashboard = Dashboard(
        world,
        generation=options.generation,
        version=options.dashboard_version,
        token=options.token,
        view_password=options.view_password,
        username=options.username,
        password=options.password,
        force_auth=options.force_auth,
        real_ip_header=options.real_ip_header,
        tsdb=options.tsdb,
        frame_interval=options.frame_interval,
    )
    if options.member:
        dashboard.add_member(_MEMBER, _MEMBER, server_ids=options.member)
    return dashboard


def _credentials(dashboard: Dashboard, generation: str) -> dict[str, str]:
    """Return what opens the dashboard, as far as its generation has it."""
    token = {"token": dashboard.token} if dashboard.token else {}
    if generation == "v0":
        return token
    return token | {"username": dashboard.settings.username, "password": dashboard.settings.password}


async def _serve(dashboard: Dashboard, options: argparse.Namespace) -> None:
    """Serve until a signal comes."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    runner = web.AppRunner(dashboard.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        host, port = runner.addresses[0][:2]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        introduction = {
            "url": url,
            **_credentials(dashboard, options.generation),
            **({"member": {"username": _MEMBER, "password": _MEMBER}} if options.member else {}),
            "generation": options.generation,
            "servers": options.servers,
            "control": f"{url}{PREFIX}",
        }
        sys.stdout.write(f"{json.dumps(introduction)}\n")
        sys.stdout.flush()
        await ended.wait()
    finally:
        await runner.cleanup()


def main() -> None:
    """Run a dashboard as the command line says."""
    parser = _parser()
    options = parser.parse_args()
    try:
        dashboard = _dashboard(options)
    except (LookupError, ValueError) as error:
        parser.error(str(error))
    asyncio.run(_serve(dashboard, options))


if __name__ == "__main__":
    main()
