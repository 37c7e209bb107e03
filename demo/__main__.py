"""Show the integration in a real Home Assistant."""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import signal
import sys

from . import DemoError
from .dashboard import Dashboard, simulated_dashboard
from .home_assistant import PASSWORD, USER, HomeAssistant
from .table import read_rows, render

_REFRESH_SECONDS = 5
_COMPLETE_SECONDS = 120
_CLEAR_SCREEN = "\033[2J\033[H"


async def _demo(arguments: Namespace) -> None:
    async with _dashboard(arguments) as dashboard:
        _say("Starting Home Assistant: this takes about 15 seconds")
        async with HomeAssistant() as home_assistant:
            _say(f"Adding the dashboard {dashboard.url}")
            entry_id = await home_assistant.add_dashboard(dashboard.url, **dashboard.credential)
            if arguments.once:
                await _show_once(home_assistant, entry_id)
            else:
                await _show_until_stopped(home_assistant, entry_id)


@asynccontextmanager
async def _dashboard(arguments: Namespace) -> AsyncIterator[Dashboard]:
    if arguments.url:
        yield Dashboard(arguments.url, _credential(arguments))
        return
    _say(f"Starting a simulated dashboard of generation {arguments.generation} with {arguments.servers} servers")
    async with simulated_dashboard(generation=arguments.generation, servers=arguments.servers) as dashboard:
        yield dashboard


async def _show_once(home_assistant: HomeAssistant, entry_id: str) -> None:
    _say(f"Waiting for all values, at most {_COMPLETE_SECONDS} seconds")
    loop = asyncio.get_running_loop()
    limit = loop.time() + _COMPLETE_SECONDS
    rows = await read_rows(home_assistant, entry_id)
    while not (rows and all(row.complete for row in rows)) and loop.time() < limit:
        await asyncio.sleep(1)
        rows = await read_rows(home_assistant, entry_id)
    print(render(rows))
    if not (rows and all(row.complete for row in rows)):
        raise DemoError(f"Some values had not arrived after {_COMPLETE_SECONDS} seconds.")


async def _show_until_stopped(home_assistant: HomeAssistant, entry_id: str) -> None:
    page = home_assistant.url / "config/integrations/integration/nezha"
    header = f"{page}   user {USER}, password {PASSWORD}   Ctrl-C ends it\n"
    clear = _CLEAR_SCREEN if sys.stdout.isatty() else "\n"
    while True:
        home_assistant.check()
        print(clear + header, render(await read_rows(home_assistant, entry_id)), sep="\n", flush=True)
        await asyncio.sleep(_REFRESH_SECONDS)


def _say(text: str) -> None:
    print(f"demo: {text}", file=sys.stderr, flush=True)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="print the table once all values are there and end")
    generations = ("v0", "v1", "v2")
    parser.add_argument("--generation", default="v2", choices=generations, help="of the simulated dashboard (v2)")
    parser.add_argument("--servers", type=int, default=8, help="the number of simulated servers")
    parser.add_argument("--url", help="watch this dashboard instead of a simulated one")
    parser.add_argument("--token", help="its API token")
    parser.add_argument(
        "--username", help="its user, where it has no tokens; without either it is watched as by a guest"
    )
    parser.add_argument("--password", help="the user's password")
    arguments = parser.parse_args()
    if not arguments.url and (arguments.token or arguments.username):
        parser.error("--token and --username need --url")
    if bool(arguments.username) != bool(arguments.password):
        parser.error("--username and --password belong together")
    return arguments


def _credential(arguments: Namespace) -> dict[str, str]:
    names = ("token", "username", "password")
    return {name: value for name in names if (value := getattr(arguments, name))}


async def _main(arguments: Namespace) -> None:
    if task := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await _demo(arguments)


if __name__ == "__main__":
    try:
        asyncio.run(_main(_arguments()))
    except KeyboardInterrupt, asyncio.CancelledError:
        _say("Stopped")
    except DemoError as error:
        sys.exit("\n".join([f"demo: {error}", *getattr(error, "__notes__", ())]))
