"""Who is told that a server is down, and how often."""

from typing import Any

from homeassistant.core import Event, callback
from homeassistant.helpers import area_registry as ar, device_registry as dr, label_registry as lr
import pytest

from simulator.faults import FaultKind
from tests.serving import ServedDashboard

from .home import OTHER_WAYS, POLLED, RECORDED, Home, Way

ONE, TWO = "hk-edge-1", "数据库-东京"
AWAY = "Home Assistant gets no data from the Nezha dashboard nezha.example.com"
AGAIN = "Home Assistant gets data from the Nezha dashboard nezha.example.com again"

IN_EACH_WAY = pytest.mark.parametrize("way", [POLLED, *OTHER_WAYS], ids=str)
"""Runs a test with the fixture `dashboard` read in each way."""


def in_each_way(name: str, first: object, *more: object) -> pytest.MarkDecorator:
    """Run a test with each value while the fixture `dashboard` is polled, and with the first in the other ways."""
    polled: list[tuple[Way, object]] = [(POLLED, value) for value in (first, *more)]
    return pytest.mark.parametrize(("way", name), polled + [(way, first) for way in OTHER_WAYS], ids=str)


def fails(dashboard: ServedDashboard, fault: FaultKind = FaultKind.BAD_GATEWAY) -> None:
    """Let a dashboard be gone, with its streams, until its faults are cleared."""
    dashboard.simulated.faults.add("*", fault)
    dashboard.simulated.end_streams()


# One server


@IN_EACH_WAY
async def test_a_server_that_dies_is_told_once_and_so_is_its_return(home: Home, dashboard: ServedDashboard) -> None:
    """After the minutes that are the default; the notification says since when."""
    dashboard.world.stop(1)
    await home.lives(5)
    assert home.news() == []
    await home.lives(2)
    assert home.news() == [f"{ONE} is offline"]
    await home.lives(20)
    assert home.news() == []
    dashboard.world.start(1)
    await home.lives(3)
    assert home.news() == [f"{ONE} is back online"]
    await home.lives(20)
    assert home.news() == []
    assert [shown["title"] for shown in home.shown.values()] == [f"{ONE} is back online"]


@IN_EACH_WAY
async def test_flaps_are_not_told(home: Home, dashboard: ServedDashboard) -> None:
    """However often, as long as none of them lasts."""
    for _ in range(5):
        dashboard.world.stop(1)
        await home.lives(4)
        dashboard.world.start(1)
        await home.lives(1)
    await home.lives(10)
    assert home.news() == []


async def test_a_server_that_dies_again_is_told_again(home: Home, dashboard: ServedDashboard) -> None:
    """Each time once."""
    for _ in range(3):
        dashboard.world.stop(1)
        await home.lives(8)
        dashboard.world.start(1)
        await home.lives(5)
    assert home.news() == [f"{ONE} is offline", f"{ONE} is back online"] * 3


@pytest.mark.parametrize("online", [0.5, 1])
async def test_a_server_that_is_back_for_a_moment_is_neither_told_as_back_nor_again_as_offline(
    home: Home, dashboard: ServedDashboard, online: float
) -> None:
    """Also if it is offline for too short to be told in between; its return is told once it lasts."""
    for minutes in (8, 8, 3, 8, 3):
        dashboard.world.stop(1)
        await home.lives(minutes)
        dashboard.world.start(1)
        await home.lives(online)
    assert home.news() == [f"{ONE} is offline"]
    await home.lives(10)
    assert home.news() == [f"{ONE} is back online"]
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]


@pytest.mark.parametrize("shift", [0, 0.5])
async def test_a_server_that_returns_just_when_it_is_to_be_told_is_told_both_ways_or_neither(
    home: Home, dashboard: ServedDashboard, shift: float
) -> None:
    """Although another one, which died with it, is told in the same minute."""
    await home.lives(shift)
    dashboard.world.stop(1)
    dashboard.world.stop(2)
    while home.hass.states.is_state(home.entity("1", "online"), "on"):
        await home.lives(0.5)
    await home.lives(5)
    dashboard.world.start(1)
    await home.lives(7)
    told = home.news()
    assert f"{TWO} is offline" in told
    both_ways = [f"{ONE} is offline", f"{ONE} is back online"]
    assert [title for title in told if title.startswith(ONE)] in ([], both_ways)


# Outages of the dashboard


@in_each_way("fault", FaultKind.BAD_GATEWAY, FaultKind.RESET)
async def test_an_outage_is_told_as_such(home: Home, dashboard: ServedDashboard, way: Way, fault: FaultKind) -> None:
    """One message about the dashboard, none about its servers; after it a stream is listened to again."""
    fails(dashboard, fault)
    await home.lives(30)
    assert home.news() == [AWAY]
    assert len(dashboard.simulated.streams) == 0
    dashboard.simulated.faults.clear()
    await home.lives(30)
    assert home.news() == [AGAIN]
    assert len(dashboard.simulated.streams) == way.listens


async def test_a_token_that_is_no_longer_accepted_is_told_as_no_data(home: Home, dashboard: ServedDashboard) -> None:
    """The Nezha dashboard does answer; that Home Assistant cannot start with it changes nothing."""
    dashboard.simulated.replace_token("nzp_" + "b" * 32)
    await home.lives(10)
    assert home.news() == [AWAY]
    (shown,) = home.shown.values()
    assert "no longer accepted" in shown["message"]
    await home.restart()
    await home.lives(30)
    assert home.news() == []


@IN_EACH_WAY
async def test_short_outages_are_not_told(home: Home, dashboard: ServedDashboard) -> None:
    """They are over before anybody has to know."""
    for _ in range(3):
        fails(dashboard)
        await home.lives(4)
        dashboard.simulated.faults.clear()
        await home.lives(2)
    await home.lives(10)
    assert home.news() == []


@IN_EACH_WAY
async def test_a_server_that_dies_during_an_outage_is_told_after_it(home: Home, dashboard: ServedDashboard) -> None:
    """By itself, once."""
    fails(dashboard)
    await home.lives(10)
    dashboard.world.stop(1)
    await home.lives(20)
    assert home.news() == [AWAY]
    dashboard.simulated.faults.clear()
    await home.lives(30)
    assert home.news() == [AGAIN, f"{ONE} is offline"]


@in_each_way("minutes", 1, 2, 3)
async def test_a_server_that_dies_just_before_an_outage_is_told_after_it(
    home: Home, dashboard: ServedDashboard, minutes: float
) -> None:
    """Although the message about the outage has come in between."""
    dashboard.world.stop(1)
    await home.lives(minutes)
    fails(dashboard)
    await home.lives(20)
    assert home.news() == [AWAY]
    dashboard.simulated.faults.clear()
    await home.lives(20)
    assert sorted(home.news()) == sorted([AGAIN, f"{ONE} is offline"])


async def test_a_server_told_before_an_outage_is_not_told_after_it(home: Home, dashboard: ServedDashboard) -> None:
    """It is still the same that it is offline; its return is told."""
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(20)
    dashboard.simulated.faults.clear()
    await home.lives(20)
    assert home.news() == [AWAY, AGAIN]
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(1)
    dashboard.world.start(1)
    await home.lives(3)
    dashboard.simulated.faults.clear()
    await home.lives(5)
    assert home.news() == [f"{ONE} is back online"]


async def test_a_return_just_before_an_outage_is_told_after_it(home: Home, dashboard: ServedDashboard) -> None:
    """Although the message about the outage has come in between."""
    dashboard.world.stop(1)
    await home.lives(10)
    dashboard.world.start(1)
    while home.hass.states.is_state(home.entity("1", "online"), "off"):
        await home.lives(0.5)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(15)
    dashboard.simulated.faults.clear()
    await home.lives(15)
    assert sorted(home.news()) == sorted([f"{ONE} is offline", AWAY, f"{ONE} is back online", AGAIN])


# Restarts of Home Assistant


@in_each_way("away", 0, 1, 30)
async def test_a_server_that_dies_before_a_restart_is_told_after_it(
    home: Home, dashboard: ServedDashboard, away: float
) -> None:
    """Its minutes are not over when Home Assistant stops; they go on."""
    dashboard.world.stop(1)
    await home.lives(3)
    await home.restart(away=away)
    assert home.news() == []
    await home.lives(5)
    assert home.news() == [f"{ONE} is offline"]
    await home.lives(30)
    assert home.news() == []


async def test_a_server_that_dies_while_home_assistant_is_stopped_is_told(
    home: Home, dashboard: ServedDashboard
) -> None:
    """Its minutes begin when Home Assistant is back."""
    await home.stop()
    dashboard.world.stop(1)
    home.time.moves(3600)
    await home.start()
    await home.lives(4)
    assert home.news() == []
    await home.lives(30)
    assert home.news() == [f"{ONE} is offline"]


@IN_EACH_WAY
async def test_what_was_told_before_a_restart_is_not_told_after_it(home: Home, dashboard: ServedDashboard) -> None:
    """Neither that it is offline nor that it is back, but what changes then is."""
    dashboard.world.stop(1)
    await home.lives(10)
    for away in (0, 5, 60):
        await home.restart(away=away)
        await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]
    dashboard.world.start(1)
    await home.lives(5)
    await home.restart()
    await home.lives(10)
    assert home.news() == [f"{ONE} is back online"]


@IN_EACH_WAY
async def test_a_return_while_home_assistant_is_stopped_is_told(home: Home, dashboard: ServedDashboard) -> None:
    """If it was told that the server was offline."""
    dashboard.world.stop(1)
    dashboard.world.stop(2)
    await home.lives(3)
    dashboard.world.start(2)
    await home.lives(7)
    assert home.news() == [f"{ONE} is offline"]
    dashboard.world.stop(2)
    await home.lives(3)
    await home.stop()
    dashboard.world.start(1)
    dashboard.world.start(2)
    home.time.moves(600)
    await home.start()
    await home.lives(10)
    assert home.news() == [f"{ONE} is back online"]


@IN_EACH_WAY
async def test_a_restart_during_an_outage_loses_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """A server that died before it, one that dies during it, and one that was told long ago."""
    dashboard.world.stop(3)
    await home.lives(20)
    assert home.news() == ['web <b>&amp; "api"</b> 🚀 is offline']
    dashboard.world.stop(1)
    await home.lives(3)
    fails(dashboard)
    await home.lives(10)
    assert home.news() == [AWAY]
    await home.restart(away=5)
    await home.lives(20)
    assert home.news() == []
    dashboard.world.stop(2)
    dashboard.simulated.faults.clear()
    await home.lives(30)
    assert sorted(home.news()) == sorted([AGAIN, f"{ONE} is offline", f"{TWO} is offline"])


async def test_an_outage_that_goes_on_over_a_restart_is_told(home: Home, dashboard: ServedDashboard) -> None:
    """Its minutes begin anew when Home Assistant is back, and its end is told."""
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(3)
    await home.restart()
    await home.lives(4)
    assert home.news() == []
    await home.lives(60)
    assert home.news() == [AWAY]
    dashboard.simulated.faults.clear()
    await home.lives(30)
    assert home.news() == [AGAIN]
    assert [shown["title"] for shown in home.shown.values()] == [AGAIN]


@pytest.mark.parametrize("minutes", [2, 20])
async def test_a_dashboard_that_does_not_answer_at_the_start_is_told_like_any_other(
    home: Home, dashboard: ServedDashboard, minutes: float
) -> None:
    """Both ways or, where it is away for too short, not at all, although something is told of another one meanwhile."""
    other = await home.shows(servers=RECORDED, title="other.example.com")
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(4)
    await home.stop()
    other.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    home.time.moves(600)
    await home.start()
    await home.lives(minutes)
    other.simulated.faults.clear()
    await home.lives(20)
    outage = [told.replace("nezha.example.com", "other.example.com") for told in (AWAY, AGAIN) if minutes == 20]
    assert home.news() == [f"{ONE} is offline", *outage]


@pytest.mark.parametrize("wait", [0, 0.5, 1, 1.5, 2])
@pytest.mark.parametrize("begins_anew", ["home_assistant", "entry"])
async def test_nothing_is_lost_when_home_assistant_restarts_as_the_dashboard_answers_again(
    home: Home, dashboard: ServedDashboard, begins_anew: str, wait: float
) -> None:
    """Neither that it does, nor that a server has been offline since just before the outage; nor is it told twice."""
    dashboard.world.stop(1)
    await home.lives(3)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(15)
    assert home.news() == [AWAY]
    dashboard.simulated.faults.clear()
    while home.hass.states.is_state(home.entity("1", "online"), "unavailable"):
        await home.lives(0.5)
    await home.lives(wait)
    if begins_anew == "home_assistant":
        await home.restart()
    else:
        await home.hass.config_entries.async_reload(home.entries[0].entry_id)
    await home.lives(30)
    assert sorted(home.news()) == sorted([AGAIN, f"{ONE} is offline"])


# Many at once


async def test_servers_that_go_offline_together_are_told_together(home: Home, dashboard: ServedDashboard) -> None:
    """Also when their last reports are up to a minute apart, and so is their return."""
    for server in range(1, RECORDED):
        dashboard.world.stop(server)
        await home.lives(0.5 if server == 2 else 0)
    await home.lives(10)
    assert home.news() == ["5 of 6 servers of nezha.example.com are offline"]
    (shown,) = home.shown.values()
    assert "🚀" in shown["message"]
    for server in range(1, RECORDED):
        dashboard.world.start(server)
        await home.lives(0.5 if server == 2 else 0)
    await home.lives(10)
    assert home.news() == ["5 of 6 servers of nezha.example.com are back online"]


async def test_one_that_stays_offline_after_many_is_told_no_second_time(home: Home, dashboard: ServedDashboard) -> None:
    """The others are back; later another one dies alone and is told by its name."""
    for server in range(1, RECORDED):
        dashboard.world.stop(server)
    await home.lives(10)
    for server in range(2, RECORDED):
        dashboard.world.start(server)
    await home.lives(30)
    dashboard.world.stop(2)
    await home.lives(10)
    assert home.news() == [
        "5 of 6 servers of nezha.example.com are offline",
        "4 of 6 servers of nezha.example.com are back online",
        f"{TWO} is offline",
    ]


async def test_two_of_six_are_not_many(home: Home, dashboard: ServedDashboard) -> None:
    """Each is told by its name."""
    dashboard.world.stop(1)
    dashboard.world.stop(2)
    await home.lives(10)
    assert sorted(home.news()) == sorted([f"{ONE} is offline", f"{TWO} is offline"])


async def test_ten_of_forty_are_many(home: Home) -> None:
    """Nine are told by their names."""
    dashboard = await home.shows(servers=40)
    await home.uses("server_offline")
    await home.start()
    for server in range(10, 19):
        dashboard.world.stop(server)
    await home.lives(10)
    assert len(home.news()) == 9
    for server in range(20, 30):
        dashboard.world.stop(server)
    await home.lives(10)
    assert home.news() == ["10 of 40 servers of nezha.example.com are offline"]


async def test_one_that_returns_while_others_are_awaited_is_told_neither_way(
    home: Home, dashboard: ServedDashboard
) -> None:
    """What would have been one message about three becomes two about one each."""
    dashboard.world.stop(1)
    await home.lives(1)
    dashboard.world.stop(2)
    dashboard.world.stop(4)
    await home.lives(4.5)
    dashboard.world.start(1)
    await home.lives(20)
    assert sorted(home.news()) == sorted([f"{TWO} is offline", "WINDOWS-NAS is offline"])


# What stands in the sidebar


async def test_those_told_in_one_message_return_one_by_one_in_its_place(home: Home, dashboard: ServedDashboard) -> None:
    """It names who is still offline, until nobody is."""
    for server in range(1, RECORDED):
        dashboard.world.stop(server)
    await home.lives(10)
    for server in range(1, RECORDED):
        (shown,) = home.shown.values()
        assert "idle" in f"{shown['title']} {shown['message']}"
        dashboard.world.start(server)
        await home.lives(4)
    assert len(home.news()) == 1 + 5
    (shown,) = home.shown.values()
    assert shown["title"] == "idle is back online"
    assert "Still offline" not in shown["message"]


async def test_those_told_one_by_one_return_together_in_their_places(home: Home, dashboard: ServedDashboard) -> None:
    """None of them stays told as offline."""
    for server in range(1, RECORDED):
        dashboard.world.stop(server)
        await home.lives(4)
    await home.lives(10)
    assert len(home.shown) == 5
    for server in range(1, RECORDED):
        dashboard.world.start(server)
    await home.lives(10)
    assert [shown["title"] for shown in home.shown.values()] == ["5 of 6 servers of nezha.example.com are back online"]


async def test_two_of_many_return_while_another_one_is_offline_for_longer(
    home: Home, dashboard: ServedDashboard
) -> None:
    """Who was told by its name keeps its own place."""
    dashboard.world.stop(1)
    await home.lives(15)
    for server in range(2, RECORDED):
        dashboard.world.stop(server)
    await home.lives(10)
    for server in (1, 2, 3):
        dashboard.world.start(server)
    await home.lives(5)
    assert {shown["title"] for shown in home.shown.values()} == {"3 of 6 servers of nezha.example.com are back online"}
    dashboard.world.start(4)
    dashboard.world.stop(1)
    await home.lives(10)
    assert {shown["title"]: shown["message"].partition("Still")[2] for shown in home.shown.values()} == {
        f"{ONE} is offline": "",
        "WINDOWS-NAS is back online": " offline: idle.",
    }


# Several dashboards


async def test_each_dashboard_is_told_of_by_itself(home: Home, dashboard: ServedDashboard) -> None:
    """While one is away, a server of the other one dies; then one of each, of the same name."""
    other = await home.shows(servers=RECORDED, title="other.example.com")
    dashboard.world.stop(2)
    await home.lives(3)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(2)
    other.world.stop(1)
    await home.lives(15)
    assert home.news() == [AWAY, f"{ONE} is offline"]
    assert {shown["message"].partition(". ")[2] for shown in home.shown.values()} >= {
        "Nezha dashboard: other.example.com."
    }
    dashboard.simulated.faults.clear()
    await home.lives(5)
    assert sorted(home.news()) == sorted([AGAIN, f"{TWO} is offline"])
    dashboard.world.stop(1)
    await home.lives(10)
    other.world.start(1)
    await home.lives(5)
    assert home.news() == [f"{ONE} is offline", f"{ONE} is back online"]


async def test_dashboards_that_are_away_together_are_told_together(home: Home, dashboard: ServedDashboard) -> None:
    """The link of Home Assistant is the cause; one of them comes back later than the other."""
    other = await home.shows(servers=RECORDED, title="other.example.com")
    await home.lives(5)
    dashboard.simulated.faults.add("*", FaultKind.RESET)
    await home.lives(0.5)
    other.simulated.faults.add("*", FaultKind.RESET)
    await home.lives(20)
    assert home.news() == ["Home Assistant gets no data from the Nezha dashboards nezha.example.com, other.example.com"]
    dashboard.simulated.faults.clear()
    await home.lives(10)
    assert home.news() == [AGAIN]
    (shown,) = home.shown.values()
    assert "Still no data: other.example.com" in shown["message"]
    other.simulated.faults.clear()
    await home.lives(10)
    assert home.news() == [AGAIN.replace("nezha.example.com", "other.example.com")]
    assert len(home.shown) == 1


async def test_many_are_those_of_one_dashboard(home: Home, dashboard: ServedDashboard) -> None:
    """Two here and two there are four servers by their names; all of one are one message."""
    other = await home.shows(servers=RECORDED, title="other.example.com")
    for world in (dashboard.world, other.world):
        world.stop(1)
        world.stop(2)
    await home.lives(10)
    assert sorted(home.news()) == sorted([f"{ONE} is offline", f"{TWO} is offline"] * 2)
    for server in range(3, RECORDED + 1):
        other.world.stop(server)
    await home.lives(10)
    assert home.news() == ["4 of 6 servers of other.example.com are offline"]


# Who is watched


async def test_a_server_that_is_added_later_is_watched(home: Home) -> None:
    """Whoever has been offline since before the integration was added is no news."""
    dashboard = await home.shows()
    await home.uses("server_offline")
    await home.start()
    await home.lives(10)
    assert home.news() == []
    added = dashboard.world.add(name="added later 🚀")
    await home.lives(10)
    dashboard.world.stop(added)
    await home.lives(10)
    assert home.news() == ["added later 🚀 is offline"]


async def test_a_server_that_is_online_for_the_first_time_is_watched_at_once(home: Home) -> None:
    """Although it is not online for long."""
    dashboard = await home.shows()
    await home.uses("server_offline")
    await home.start()
    dashboard.world.start(7)
    await home.lives(1)
    assert home.hass.states.is_state(home.entity("7", "online"), "on")
    dashboard.world.stop(7)
    await home.lives(10)
    assert [told.endswith(" is offline") for told in home.news()] == [True]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"included": {"device_id": "device of 1"}}, ["1"]),
        ({"included": {"device_id": ["device of 1", "device of 2"]}}, ["1", "2"]),
        ({"included": {"area_id": ["rack"]}}, ["1"]),
        ({"included": {"label_id": ["edge"]}}, ["2"]),
        ({"included": {"entity_id": ["entity of 2"]}}, ["2"]),
        ({"included": {"area_id": "rack", "label_id": "edge"}}, ["1", "2"]),
        ({"included": {"area_id": "rack"}, "excluded": {"device_id": "device of 1"}}, []),
        ({"excluded": {"label_id": "edge"}}, ["1"]),
    ],
)
async def test_servers_can_be_chosen(home: Home, inputs: dict[str, Any], expected: list[str]) -> None:
    """As devices, entities, or by areas and labels, and so can those that are not to be watched."""
    dashboard = await home.shows(servers=RECORDED)
    await home.start()
    area = ar.async_get(home.hass).async_create("Rack")
    label = lr.async_get(home.hass).async_create("Edge")
    devices = dr.async_get(home.hass)
    devices.async_update_device(home.device("1"), area_id=area.id)
    devices.async_update_device(home.device("2"), labels={label.label_id})
    ids = {f"device of {key}": home.device(key) for key in "12"} | {"entity of 2": home.entity("2", "online")}
    await home.uses("server_offline", **_filled(inputs, ids))
    await home.restart()
    dashboard.world.stop(1)
    dashboard.world.stop(2)
    await home.lives(10)
    assert sorted(home.news()) == sorted(
        f"{name} is offline" for key, name in (("1", ONE), ("2", TWO)) if key in expected
    )


def _filled(value: Any, ids: dict[str, str]) -> Any:
    """Return inputs with the ids that stand for what is named."""
    match value:
        case dict():
            return {key: _filled(each, ids) for key, each in value.items()}
        case list():
            return [_filled(each, ids) for each in value]
        case _:
            return ids.get(value, value)


# What is done


async def test_actions_and_texts_can_be_replaced(home: Home) -> None:
    """They are offered everything that is known."""
    dashboard = await home.shows(servers=RECORDED)
    event = {
        name: f"{{{{ {name} }}}}"
        for name in ("title", "message", "kind", "server", "servers", "dashboard", "minutes_offline", "count", "total")
    }
    await home.uses(
        "server_offline",
        minutes=2,
        offline_title="{{ server }} 离线",
        offline_message="{{ dashboard }}: {{ servers | join('、') }}",
        actions=[
            {"event": "told", "event_data": event},
            {"action": "persistent_notification.dismiss", "data": {"notification_id": "{{ notification_id }}"}},
        ],
    )
    await home.start()
    told: list[dict[str, Any]] = []

    @callback
    def take(event: Event) -> None:
        told.append(dict(event.data))

    home.hass.bus.async_listen("told", take)
    dashboard.world.stop(1)
    await home.lives(5)
    assert told == [
        {
            "title": f"{ONE} 离线",
            "message": f"nezha.example.com: {ONE}",
            "kind": "offline",
            "server": ONE,
            "servers": [ONE],
            "dashboard": "nezha.example.com",
            "minutes_offline": 2,
            "count": 1,
            "total": 6,
        }
    ]


async def test_who_does_not_want_to_hear_of_returns_does_not(home: Home) -> None:
    """But the notification that the server is offline goes away."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline", tell_back=False)
    await home.start()
    dashboard.world.stop(1)
    await home.lives(10)
    assert len(home.shown) == 1
    dashboard.world.start(1)
    await home.lives(5)
    assert home.news() == [f"{ONE} is offline"]
    assert home.shown == {}


async def test_many_stay_told_until_the_last_of_them_is_back(home: Home) -> None:
    """For whom does not want to hear of returns."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline", tell_back=False)
    await home.start()
    for server in range(1, RECORDED):
        dashboard.world.stop(server)
    await home.lives(10)
    for server in range(1, RECORDED):
        assert [shown["title"] for shown in home.shown.values()] == ["5 of 6 servers of nezha.example.com are offline"]
        dashboard.world.start(server)
        await home.lives(5)
    assert home.shown == {}
    assert home.news() == ["5 of 6 servers of nezha.example.com are offline"]
