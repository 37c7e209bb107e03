"""Every recorded exchange again, with the simulator in the dashboard's place."""

from collections.abc import Callable
from email.utils import formatdate
import math
import re
from typing import Any

import pytest

from simulator import Clock, Dashboard, World

from .conftest import NOON, Ask
from .recorded import Exchange, by_id, exchanges, outline

LARGEST = 2**64 - 1
VIEW_PASSWORD = "open sesame"


def _delete_idle(simulated: Dashboard) -> None:
    simulated.world.delete(5)


def _rename(simulated: Dashboard) -> None:
    simulated.world.edit(4, name="NAS 二")


def _rename_and_load(simulated: Dashboard) -> None:
    _rename(simulated)
    simulated.world.fix_state(5, {"cpu": 100, "load_1": 64.5})


def _rename_and_delete(simulated: Dashboard) -> None:
    _rename(simulated)
    _delete_idle(simulated)


def _forget(simulated: Dashboard) -> None:
    _rename_and_delete(simulated)
    simulated.world.restart_dashboard()


def _forget_and_wait(simulated: Dashboard) -> None:
    _forget(simulated)
    simulated.world.clock.advance(5)


def _largest(simulated: Dashboard) -> None:
    _rename(simulated)
    simulated.world.fix_state(4, {"net_in_speed": LARGEST, "uptime": LARGEST})


def _stop(simulated: Dashboard) -> None:
    simulated.world.stop(2)
    simulated.world.clock.advance(20)


def _reboot(simulated: Dashboard) -> None:
    simulated.world.reboot(1)
    simulated.world.clock.advance(5)


STORIES: dict[str, Callable[[Dashboard], None]] = {
    "monitor_deleted": _delete_idle,
    "server_details_after_restart_0s": _forget,
    "server_details_after_restart_5s": _forget_and_wait,
    "server_details_deleted": _delete_idle,
    "server_details_extreme": _largest,
    "server_details_just_stopped": lambda simulated: simulated.world.stop(2),
    "server_details_nan": lambda simulated: simulated.world.fix_state(2, {"cpu": math.nan}),
    "server_details_rebooted": _reboot,
    "server_details_renamed": _rename_and_load,
    "server_details_revoked": Dashboard.revoke_token,
    "server_details_stopped_20s": _stop,
    "server_list_deleted": _rename_and_delete,
}
"""What happened before an exchange, by its name; nothing where none is listed."""


@pytest.mark.parametrize("recorded", exchanges("v0"), ids=lambda recorded: f"{recorded.folder}/{recorded.name}")
async def test_simulator_answers_like_a_real_dashboard(recorded: Exchange, ask: Ask) -> None:
    """Status, headers that clients look at, and the outline of the body are those of the real answer."""
    simulated = _dashboard(recorded)
    options = {"headers": _credential(recorded, simulated), "data": _form(recorded)}
    if story := STORIES.get(recorded.name):
        story(simulated)

    answer = await ask(simulated, recorded.path, method=recorded.method, **options)

    assert answer.status == recorded.status
    assert answer.headers.get("content-type") == recorded.headers.get("content-type")
    assert answer.headers.get("location") == recorded.headers.get("location")
    assert _cookie(answer.headers.get("set-cookie", "")) == _cookie(recorded.headers.get("set-cookie", ""))
    assert answer.headers["date"] == formatdate(simulated.world.clock.now(), usegmt=True)
    assert "server" not in answer.headers
    if isinstance(recorded.body, str):
        assert _page(answer.text) == _page(recorded.body)
        return
    assert _outline(recorded, answer.json) == _outline(recorded, recorded.body)
    assert ("content-length" in answer.headers) == ("content-length" in recorded.headers)
    if answer.json == recorded.body:
        assert answer.headers["content-length"] == recorded.headers["content-length"]


def test_every_story_belongs_to_a_recording() -> None:
    """No story is told for nothing."""
    assert STORIES.keys() <= {recorded.name for recorded in exchanges("v0")}


def _dashboard(recorded: Exchange) -> Dashboard:
    world = World(clock=Clock(source=lambda: NOON), latency_points=7)
    view_password = VIEW_PASSWORD if recorded.folder.endswith("view-password") else ""
    simulated = Dashboard(world, version=recorded.version, view_password=view_password)
    simulated.settings.site_name = "Lab"
    return simulated


def _credential(recorded: Exchange, simulated: Dashboard) -> dict[str, str]:
    tokens = {"bad": "wrong", "bearer": f"Bearer {simulated.token}", "none": None}
    token = tokens.get(recorded.credential, simulated.token)
    return {} if token is None else {"Authorization": token}


def _form(recorded: Exchange) -> dict[str, str] | None:
    forms = {"view_password": {"Password": VIEW_PASSWORD}, "view_password_wrong": {"Password": "wrong"}}
    return forms.get(recorded.name)


def _cookie(header: str) -> str:
    """Return a cookie without its secret."""
    return re.sub(r"=%242a%2410%24[0-9A-Za-z.%]{53,}", "=…", header)


def _page(text: str) -> str:
    """Return a web page as far as a recording keeps it: without its content."""
    return re.sub(r"<body>.*</body>", "<body></body>", text)


def _outline(recorded: Exchange, body: dict[str, Any]) -> Any:
    if recorded.path in {"/api/v1/server/details", "/api/v1/server/list"} and "result" in body:
        body = body | {"result": list(by_id(body["result"]))}
    return outline(body)
