"""What is told at odd moments: renames, hidden and disabled entities, kills, strange storage, waves, low thresholds."""

import asyncio
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core_config import DATA_CUSTOMIZE
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_values import EntityValues
from homeassistant.helpers.template import Template
import pytest

from custom_components.nezha.const import DOMAIN
from custom_components.nezha.coordinator import ServersCoordinator
from custom_components.nezha.watch import STORAGE_KEY, async_get_lookout
from simulator.faults import FaultKind
from tests.documents import examples, read
from tests.serving import ServedDashboard

from .home import RECORDED, Home, settle
from .test_latency import slow_down
from .test_server_offline import AGAIN, AWAY, ONE
from .test_triggers import tells, when_server


async def test_a_server_whose_entity_is_renamed_before_it_is_told_is_told(
    home: Home,
    dashboard: ServedDashboard,
) -> None:
    """The user renames the entity of the server that has just gone offline."""
    dashboard.world.stop(1)
    await home.lives(3)
    assert home.hass.states.is_state(home.entity("1", "online"), "off")
    er.async_get(home.hass).async_update_entity(home.entity("1", "online"), new_entity_id="binary_sensor.edge")
    await home.lives(15)
    assert home.news() == [f"{ONE} is offline"]


async def test_a_server_renamed_while_away_is_told(home: Home, dashboard: ServedDashboard) -> None:
    """The user renames during an outage; the server dies meanwhile."""
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    er.async_get(home.hass).async_update_entity(home.entity("1", "online"), new_entity_id="binary_sensor.edge")
    dashboard.world.stop(1)
    await home.lives(5)
    dashboard.simulated.faults.clear()
    await home.lives(20)
    assert home.news() == [AWAY, AGAIN, f"{ONE} is offline"]


async def test_the_lowest_numbers_are_taken(home: Home) -> None:
    """One server is never many."""
    dashboard = await home.shows(servers=6)
    alone = tells("server", "alone {{ trigger.kind }}", always=2, least=2, share=1)
    home.has(alone, when_server("good {{ trigger.kind }}"))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert sorted(home.news()) == ["alone offline", "good offline"]


@pytest.mark.parametrize(("version", "data"), [(2, {"new": {}}), (1, [1])])
async def test_a_strange_storage_does_not_end_the_watch(
    home: Home, hass_storage: dict[str, Any], version: int, data: Any
) -> None:
    """After a downgrade people are still told, and what a newer version has stored stays for it."""
    content = {"version": version, "minor_version": 1, "key": STORAGE_KEY, "data": data}
    hass_storage[STORAGE_KEY] = deepcopy(content)
    dashboard = await home.shows(servers=6)
    home.has(when_server("one {{ trigger.kind }}"), when_server("two {{ trigger.kind }}"))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert sorted(home.news()) == ["one offline", "two offline"]
    assert (hass_storage[STORAGE_KEY] == content) == (version > 1)


async def test_an_entry_that_was_switched_off_for_a_moment_repeats_nothing(
    home: Home,
    dashboard: ServedDashboard,
) -> None:
    """Disable and enable the entry: who is offline was told already."""
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]
    entry = home.entries[0].entry_id
    await home.hass.config_entries.async_set_disabled_by(entry, ConfigEntryDisabler.USER)
    await home.lives(3)
    await home.hass.config_entries.async_set_disabled_by(entry, None)
    await home.lives(10)
    assert home.news() == []


async def test_a_return_while_the_entry_is_switched_off_is_told(
    home: Home,
    dashboard: ServedDashboard,
) -> None:
    """Otherwise the sidebar says forever that it is offline."""
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]
    entry = home.entries[0].entry_id
    await home.hass.config_entries.async_set_disabled_by(entry, ConfigEntryDisabler.USER)
    await home.lives(3)
    dashboard.world.start(1)
    await home.hass.config_entries.async_set_disabled_by(entry, None)
    await home.lives(10)
    assert [shown["title"] for shown in home.shown.values()] == [f"{ONE} is back online"]


async def test_a_changed_text_repeats_nothing(home: Home) -> None:
    """Only the actions were edited, and saved."""
    dashboard = await home.shows(servers=6)
    home.has(when_server("old {{ trigger.kind }}"))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert home.news() == ["old offline"]
    home.has(when_server("new {{ trigger.kind }}"))
    await reload(home)
    await home.lives(6)
    assert home.news() == []


async def reload(home: Home) -> None:
    """Reload the automations as the editor does after saving."""
    config = {AUTOMATION: home._automations}
    with patch("homeassistant.config.load_yaml_config_file", return_value=config):
        await home.hass.services.async_call(AUTOMATION, "reload", blocking=True)
    await settle(home.hass)


# Between two looks


async def passes(home: Home, minutes: float, *, every: float = 5) -> None:
    """Let time pass in small steps, so that whoever polls does it every 30 seconds indeed."""
    for _ in range(int(60 * minutes / every)):
        home.time.moves(every)
        await settle(home.hass)


async def test_a_cpu_that_is_high_half_of_each_minute_is_not_high_for_ten(home: Home) -> None:
    """Home Assistant asks every 10 seconds and sees it below in each minute; the looks never do."""
    dashboard = await home.shows(servers=2, options={"interval": 10})
    await home.uses("resource_usage")
    await home.start()
    seen: list[str] = []
    for _ in range(12 * 20):
        high = (home.time.time() + 5) % 60 // 30 == 0
        dashboard.world.fix_state(1, {"cpu": 99.0 if high else 5.0})
        await passes(home, 5 / 60)
        state = home.hass.states.get(home.entity("1", "cpu"))
        assert state
        seen.append(state.state)
    for minute in range(60, 12 * 20, 12):
        assert len(set(seen[minute : minute + 13])) > 1, "Home Assistant did not see it below"
    assert home.news() == []


@pytest.mark.parametrize("half", [0, 1])
async def test_a_dashboard_that_answers_in_each_minute_is_not_away(
    home: Home,
    dashboard: ServedDashboard,
    half: int,
) -> None:
    """Connection is on in each minute; the look sees only its end."""
    seen: list[bool] = []
    connection = next(each for each in home.hass.states.async_entity_ids() if each.endswith("_connection"))
    for _ in range(12 * 20):
        dashboard.simulated.faults.clear()
        if (home.time.time() + 5) % 60 // 30 == half:
            dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
        await passes(home, 5 / 60)
        seen.append(home.hass.states.is_state(connection, "on"))
    for minute in range(60, 12 * 20, 12):
        assert any(seen[minute : minute + 13]), "Home Assistant did not see it answer"
    assert home.news() == []


@pytest.mark.parametrize("minutes", [5, 30])
async def test_a_dashboard_that_does_not_answer_at_all_at_the_start_is_told(home: Home, minutes: int) -> None:
    """Its host is down: each attempt to set up takes 15 seconds."""
    await home.shows(servers=2)
    await home.uses("server_offline", minutes=minutes)
    await home.start()
    await home.lives(3)
    await home.stop()

    async def times_out(_self: ServersCoordinator) -> None:
        await asyncio.sleep(15)
        raise ConfigEntryNotReady

    with patch.object(ServersCoordinator, "async_config_entry_first_refresh", times_out):
        start = asyncio.ensure_future(home.start())
        for _ in range(12 * (minutes + 60)):
            home.time.moves(5)
            for _ in range(60):
                await asyncio.sleep(0)
        told = home.news()
        cancel = home.hass.config_entries.async_entries(DOMAIN)[0]._async_cancel_retry_setup
        if cancel:
            cancel()
        for _ in range(12 * 3):
            home.time.moves(5)
            for _ in range(60):
                await asyncio.sleep(0)
        await start
    assert told == [AWAY]


# Killed, not stopped


async def killed(home: Home, hass_storage: dict[str, Any], *, away: float = 0) -> None:
    """End Home Assistant without what it stores when it is stopped."""
    stored = deepcopy(hass_storage)
    await home.stop()
    hass_storage.clear()
    hass_storage.update(stored)
    home.time.moves(60 * away)
    await home.start()


async def test_killed_after_a_message_nothing_is_repeated(home: Home, hass_storage: dict[str, Any]) -> None:
    """Some seconds after it."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline")
    await home.start()
    await home.lives(20)
    dashboard.world.stop(1)
    while not home.told:
        await home.lives(0.5)
    await home.lives(0.5)
    await killed(home, hass_storage)
    await home.lives(20)
    assert home.news() == [f"{ONE} is offline"]


async def test_killed_soon_after_a_server_is_new_it_is_still_told(home: Home, hass_storage: dict[str, Any]) -> None:
    """It was seen online, for ten minutes, before it died."""
    dashboard = await home.shows()
    await home.uses("server_offline")
    await home.start()
    await home.lives(16)
    added = dashboard.world.add(name="new")
    await home.lives(10)
    assert home.hass.states.is_state(home.entity(str(added), "online"), "on")
    dashboard.world.stop(added)
    await home.lives(2)
    await killed(home, hass_storage)
    await home.lives(20)
    assert home.news() == ["new is offline"]


async def test_killed_after_a_flap_nothing_is_told_too_early(home: Home, hass_storage: dict[str, Any]) -> None:
    """It has been offline before, but not since then."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline", minutes=10)
    await home.start()
    await home.lives(12)
    dashboard.world.stop(1)
    await home.lives(5)  # the turns are stored meanwhile
    dashboard.world.start(1)
    await home.lives(8)
    dashboard.world.stop(1)
    await home.lives(2)
    await killed(home, hass_storage)
    await home.lives(3)
    dashboard.world.start(1)
    await home.lives(10)
    assert home.news() == []


# Who takes whose place


async def test_a_new_server_of_an_old_name_that_was_never_online_is_no_news(home: Home) -> None:
    """The old one is offline and deleted on both sides; a new one gets its entity id, and must not get its past.

    In version 0.x an administrator adds a server first, and starts its agent later.
    """
    served = await home.shows(servers=RECORDED)
    await home.uses("server_offline")
    await home.start()
    await home.lives(5)
    dashboard = served.world
    dashboard.stop(1)
    await home.lives(10)
    old = home.entity("1", "online")
    dashboard.delete(1)
    await home.lives(2)
    data = home.hass.config_entries.async_entries(DOMAIN)[0].runtime_data
    data.identities.async_forget("1")
    dr.async_get(home.hass).async_remove_device(home.device("1"))
    await home.lives(2)
    assert home.hass.states.get(old) is None
    home.news()
    dashboard.add(name=ONE)  # the simulator's seventh, which never reports
    await home.lives(15)
    assert home.hass.states.is_state(old, "off")
    assert home.news() == []


# In the sidebar


async def test_a_second_automation_does_not_take_away_what_the_first_one_told(home: Home) -> None:
    """One tells after 5 minutes and of returns, another one after 10 minutes to a phone and not of returns."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline")
    first = home._automations[0]
    second = deepcopy(first)
    second |= {"alias": "second", "id": "2"}
    second["use_blueprint"]["input"] = {"minutes": 10, "tell_back": False, "actions": []}
    home.has(first, second)
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(15)
    dashboard.world.start(1)
    await home.lives(5)
    assert [shown["title"] for shown in home.shown.values()] == [f"{ONE} is back online"]


async def test_who_is_still_offline_of_two_batches_stays_shown(home: Home) -> None:
    """For whom does not want to hear of returns."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline", tell_back=False, share=1, least=2)
    await home.start()
    await home.lives(5)
    for server in (1, 2, 3):
        dashboard.world.stop(server)
    await home.lives(10)
    for server in (4, 5, 6):
        dashboard.world.stop(server)
    await home.lives(10)
    assert len(home.shown) == 2
    for server in (1, 2, 4, 5):
        dashboard.world.start(server)
    await home.lives(5)
    text = " ".join(f"{shown['title']} {shown['message']}" for shown in home.shown.values())
    assert "🚀" in text
    device = dr.async_get(home.hass).async_get(home.device("6"))
    assert device
    assert str(device.name) in text


async def test_a_mass_in_two_waves_is_two_messages_at_most(home: Home) -> None:
    """The second wave comes three minutes after the first, and is smaller."""
    dashboard = await home.shows(servers=40)
    await home.uses("server_offline")
    await home.start()
    await home.lives(5)
    for server in range(10, 30):
        dashboard.world.stop(server)
    await home.lives(3)
    for server in range(30, 38):
        dashboard.world.stop(server)
    await home.lives(15)
    first, second = home.news()
    assert (first, second.split(" ", 1)[0]) == ("20 of 40 servers of nezha.example.com are offline", "8")


# The README


@pytest.mark.parametrize("cause", ["dashboard", "monitor"])
async def test_the_example_of_the_morning_names_only_servers(
    home: Home, dashboard: ServedDashboard, cause: str
) -> None:
    """It promises which servers are offline: not a Nezha dashboard, and not a web page that a monitor checks."""
    (example,) = (each for each in examples(read("README.md")) if each.get("alias", "").endswith("in the morning"))
    if cause == "dashboard":
        dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
        await home.lives(3)
    else:
        dashboard.world.edit_monitor(1, broken=True)
        await home.lives(60)
    assert Template(example["variables"]["offline"], home.hass).async_render() == []


# Thresholds


async def test_a_low_limit_is_over_again_with_the_margin_of_the_form(home: Home) -> None:
    """Above 15 ms in a local network; the margin that is the default is 20 ms, and no latency is below -5 ms."""
    dashboard = await home.shows(servers=1, options={"latency": True})
    await home.uses("latency", threshold=15, minutes=2)
    await home.start()
    slow_down(dashboard, "Ping Frankfurt", 300)
    slow_down(dashboard, "Ping Frankfurt", 300)
    await home.lives(30)
    assert any(" is high: " in told for told in home.news())
    slow_down(dashboard, "Ping Frankfurt", 0)
    await home.lives(60)
    latency = home.hass.states.get("sensor.hk_edge_1_ping_frankfurt_latency")
    assert latency
    assert float(latency.state) < 15
    assert any("normal" in told for told in home.news())


async def test_a_low_usage_is_over_again(home: Home) -> None:
    """The form offers a threshold from 1 %, and a margin up to 50 %."""
    dashboard = await home.shows(servers=1)
    await home.uses("resource_usage", threshold=30, margin=30, minutes=2, resources=["cpu"])
    await home.start()
    dashboard.world.fix_state(1, {"cpu": 95.0})
    await home.lives(10)
    assert home.news() == ["hk-edge-1 CPU usage is high: 95.0 %"]
    dashboard.world.fix_state(1, {"cpu": 0.0})
    await home.lives(30)
    assert len(home.news()) == 1


async def test_a_value_that_is_missing_for_a_moment_does_not_end_what_it_is_above(home: Home) -> None:
    """The blueprint says that a missing value is neither above nor below."""
    dashboard = await home.shows(servers=1)
    await home.uses("resource_usage", resources=["cpu"])
    await home.start()
    await home.lives(3)
    dashboard.world.fix_state(1, {"cpu": 95.0})
    for _ in range(6):
        await home.lives(7)
        dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
        await home.lives(3)
        dashboard.simulated.faults.clear()
    assert home.news() == ["hk-edge-1 CPU usage is high: 95.0 %"]


# Hidden entities, and names


@pytest.mark.parametrize("way", ["device", "area"])
async def test_an_excluded_server_whose_entity_is_hidden_is_not_told(home: Home, way: str) -> None:
    """Who hides an entity does not want to see it on pages; that its server is excluded holds nevertheless."""
    dashboard = await home.shows(servers=RECORDED)
    await home.start()
    er.async_get(home.hass).async_update_entity(home.entity("1", "online"), hidden_by=er.RegistryEntryHider.USER)
    rack = ar.async_get(home.hass).async_create("Rack")
    dr.async_get(home.hass).async_update_device(home.device("1"), area_id=rack.id)
    excluded = {"device_id": home.device("1")} if way == "device" else {"area_id": rack.id}
    await home.uses("server_offline", excluded=excluded)
    await home.restart()
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == []


async def test_a_chosen_server_whose_entity_is_hidden_is_told(home: Home) -> None:
    """As it is where all are watched."""
    dashboard = await home.shows(servers=RECORDED)
    await home.start()
    er.async_get(home.hass).async_update_entity(home.entity("1", "online"), hidden_by=er.RegistryEntryHider.USER)
    await home.uses("server_offline", included={"device_id": home.device("1")})
    await home.restart()
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]


@pytest.mark.parametrize("name", ["1.10", "1, 2", "{{ 1 + 1 }}", "None", "['a']"])
async def test_a_name_is_told_as_it_is(home: Home, name: str) -> None:
    """Whatever Home Assistant takes the result of a template for."""
    dashboard = await home.shows(servers=RECORDED)
    await home.uses("server_offline")
    await home.start()
    dashboard.world.edit(1, name=name)
    await home.lives(5)
    device = dr.async_get(home.hass).async_get(home.device("1"))
    assert device
    assert device.name == name
    dashboard.world.stop(1)
    await home.lives(10)
    assert home.news() == [f"{name} is offline"]


# Reloads of automations


async def test_a_reload_of_unchanged_automations_repeats_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """As somebody does who has edited another one by hand."""
    dashboard.world.stop(1)
    await home.lives(10)
    await reload(home)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]


async def test_another_name_of_the_automation_repeats_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """Renaming is no change of its settings."""
    dashboard.world.stop(1)
    await home.lives(10)
    home._automations[0]["alias"] = "My servers"
    await reload(home)
    await home.lives(10)
    assert home.news() == [f"{ONE} is offline"]


# Variables


async def test_the_total_is_of_those_that_are_watched(home: Home) -> None:
    """As the README says of `trigger.total`: here one Nezha dashboard of two."""
    dashboard = await home.shows(servers=RECORDED)
    await home.shows(servers=RECORDED, title="other.example.com")
    await home.start()
    automation = tells("server", "{{ trigger.kind }} of {{ trigger.total }}")
    for trigger in automation["triggers"]:
        trigger["target"] = {"device_id": [home.device_of_dashboard()]}
    home.has(automation)
    await home.restart()
    await home.lives(5)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    assert home.news() == ["away of 1"]


async def test_a_server_that_the_dashboard_has_no_more_is_neither_told_nor_counted(home: Home) -> None:
    """Its device stays until the user decides."""
    dashboard = await home.shows(servers=RECORDED)
    home.has(tells("server", "{{ trigger.kind }} of {{ trigger.total }}"))
    await home.start()
    await home.lives(5)
    dashboard.world.delete(2)
    await home.lives(10)
    assert home.news() == []
    dashboard.world.stop(1)
    await home.lives(5)
    assert home.news() == [f"offline of {RECORDED - 1}"]


# Automations beside each other


def shown(home: Home) -> list[str]:
    """Return the titles in the sidebar."""
    return [str(each["title"]) for each in home.shown.values()]


async def turn(home: Home, how: str) -> None:
    """Switch all automations on or off."""
    await home.hass.services.async_call(AUTOMATION, f"turn_{how}", {"entity_id": "all"}, blocking=True)
    await settle(home.hass)


async def test_two_automations_of_the_same_settings_have_messages_of_their_own(home: Home) -> None:
    """One of them does not tell of returns."""
    dashboard = await home.shows(servers=6)
    await home.uses("server_offline")
    first = home._automations[0]
    second = deepcopy(first) | {"alias": "second", "id": "2"}
    second["use_blueprint"]["input"] = {"tell_back": False, "actions": []}
    home.has(first, second)
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(15)
    dashboard.world.start(1)
    await home.lives(5)
    assert shown(home) == [f"{ONE} is back online"]


async def test_changed_minutes_leave_no_false_message(home: Home, dashboard: ServedDashboard) -> None:
    """Nothing is told again, and what was told is over when the server is back, however many minutes there are now."""
    dashboard.world.stop(1)
    await home.lives(8)
    assert home.news() == [f"{ONE} is offline"]
    await home.uses("server_offline", minutes=60)
    await reload(home)
    await home.lives(3)
    dashboard.world.start(1)
    await home.lives(5)
    assert home.news() == [f"{ONE} is back online"]
    assert f"{ONE} is offline" not in shown(home)


async def test_minutes_that_are_changed_again_and_again_repeat_nothing(home: Home, dashboard: ServedDashboard) -> None:
    """As somebody does who tries what suits them."""
    dashboard.world.stop(1)
    await home.lives(8)
    assert home.news() == [f"{ONE} is offline"]
    for minutes in (6, 7, 8):
        await home.uses("server_offline", minutes=minutes)
        await reload(home)
        await home.lives(0.5)
    await home.lives(20)
    assert home.news() == []


async def test_a_dashboard_that_is_left_out_while_away_is_told_of_its_next_outage(
    home: Home, dashboard: ServedDashboard
) -> None:
    """When it is watched again."""
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    assert home.news() == [AWAY]
    await home.uses("server_offline", excluded={"entity_id": home.connection()})
    await reload(home)
    dashboard.simulated.faults.clear()
    await home.lives(10)
    await home.uses("server_offline")
    await reload(home)
    await home.lives(5)
    assert home.news() == []
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(10)
    assert home.news() == [AWAY]


@pytest.mark.parametrize("what", ["offline", "usage"])
async def test_what_is_disabled_while_told_is_told_again_once_it_is_watched_again(home: Home, what: str) -> None:
    """It is forgotten meanwhile."""
    dashboard = await home.shows(servers=6)
    home.has(when_server("{{ trigger.kind }}"), tells("usage", "{{ trigger.kind }}"))
    await home.start()
    await home.lives(5)
    devices, device = dr.async_get(home.hass), home.device("1")
    kind = "offline" if what == "offline" else "above"

    def begin() -> None:
        dashboard.world.stop(1) if what == "offline" else dashboard.world.fix_state(1, {"cpu": 99})

    begin()
    await home.lives(5)
    assert home.news() == [kind]
    devices.async_update_device(device, disabled_by=dr.DeviceEntryDisabler.USER)
    await home.lives(2)
    dashboard.world.start(1)
    dashboard.world.fix_state(1, {"cpu": 5})
    await home.lives(5)
    devices.async_update_device(device, disabled_by=None)
    await home.hass.config_entries.async_reload(home.entries[0].entry_id)
    await home.lives(5)
    assert home.news() == []
    begin()
    await home.lives(5)
    assert home.news() == [kind]


async def test_two_automations_changed_at_once_begin_anew(home: Home) -> None:
    """Nobody knows which of them has told what."""
    dashboard = await home.shows(servers=6)
    home.has(*(when_server(f"{each} {{{{ trigger.kind }}}}", least=each) for each in (2, 3)))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert sorted(home.news()) == ["2 offline", "3 offline"]
    home.has(*(when_server(f"{each} {{{{ trigger.kind }}}}", least=each) for each in (4, 5)))
    await reload(home)
    await home.lives(6)
    assert sorted(home.news()) == ["4 offline", "5 offline"]


async def test_a_trigger_that_is_added_takes_nothing_away_from_the_one_behind_it(home: Home) -> None:
    """Which has told what is still so, and does not tell it again."""
    dashboard = await home.shows(servers=6)
    automation = when_server()
    home.has(automation)
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert home.news() == [f"offline: {ONE}"]
    home.has(automation | {"triggers": when_server(least=4)["triggers"] + automation["triggers"]})
    await reload(home)
    await home.lives(6)
    assert home.news() == []


async def test_variables_that_cannot_be_rendered_harm_no_other_automation(home: Home) -> None:
    """Who has written them finds that in the log."""
    dashboard = await home.shows(servers=6)
    bad, good = when_server("bad {{ trigger.kind }}"), when_server("good {{ trigger.kind }}")
    for trigger in bad["triggers"]:
        trigger["variables"] = {"x": "{{ 1 / 0 }}"}
    home.has(bad, good)
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert home.news() == ["good offline"]


async def test_a_unit_that_the_user_has_made_up_silences_no_other_latency(home: Home) -> None:
    """That sensor alone is not told."""
    await home.shows(servers=2, options={"latency": True})
    home.has(tells("latency", "{{ trigger.sensor }} {{ trigger.kind }}", above=1, margin=0))
    await home.start()
    await home.lives(2)
    first, *_ = (
        each.entity_id for each in er.async_get(home.hass).entities.values() if each.translation_key == "latency"
    )
    home.hass.data[DATA_CUSTOMIZE] = EntityValues({first: {"unit_of_measurement": "msec"}})
    await home.lives(12)
    assert len(home.news()) == 3  # of the other monitors that are answered


async def test_an_automation_that_turns_itself_off_leaves_no_listener(home: Home) -> None:
    """Although others are about to be told."""
    dashboard = await home.shows(servers=3)
    automation = tells("usage", "me", resources=["cpu"])
    automation["actions"] = [{"action": "automation.turn_off", "target": {"entity_id": "automation.me"}}]
    home.has(automation)
    await home.start()
    await home.lives(5)
    dashboard.world.fix_state(1, {"cpu": 99})
    await home.lives(2)
    dashboard.world.fix_state(2, {"cpu": 99})
    lookout = await async_get_lookout(home.hass)
    (watch,) = lookout._watches.values()
    await home.lives(6)
    assert not lookout._watches
    assert watch._unlisten is None


async def test_nothing_is_stored_after_the_removal_of_what_was_told(home: Home, hass_storage: dict[str, Any]) -> None:
    """An automation that was switched off just before included."""
    dashboard = await home.shows(servers=6)
    home.has(when_server())
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(5)
    await turn(home, "off")
    await home.hass.config_entries.async_remove(home.entries.pop().entry_id)
    await home.lives(3)
    assert STORAGE_KEY not in hass_storage


async def test_an_automation_that_is_off_for_less_than_a_minute_repeats_nothing(home: Home) -> None:
    """However often."""
    dashboard = await home.shows(servers=6)
    home.has(when_server("{{ trigger.kind }}"))
    await home.start()
    await home.lives(5)
    dashboard.world.stop(1)
    await home.lives(6)
    assert home.news() == ["offline"]
    for how, seconds in (("off", 10), ("on", 40), ("off", 20), ("on", 0)):
        await turn(home, how)
        home.time.moves(seconds)
        await settle(home.hass)
    await home.lives(5)
    assert home.news() == []


async def test_who_is_no_longer_watched_is_not_still_offline(home: Home, dashboard: ServedDashboard) -> None:
    """The user has disabled the entity of one of those that were told together."""
    for each in (1, 2, 3, 4):
        dashboard.world.stop(each)
    await home.lives(10)
    er.async_get(home.hass).async_update_entity(home.entity("1", "online"), disabled_by=er.RegistryEntryDisabler.USER)
    await home.lives(2)
    for each in (1, 2, 3, 4):
        dashboard.world.start(each)
    await home.lives(6)
    assert "Still offline" not in " ".join(each["message"] for each in home.shown.values())


@pytest.mark.parametrize("what", ["entity", "device"])
async def test_a_connection_that_is_disabled_is_not_told(home: Home, dashboard: ServedDashboard, what: str) -> None:
    """Nor are its servers told as offline."""
    if what == "entity":
        entities = er.async_get(home.hass)
        entities.async_update_entity(home.connection(), disabled_by=er.RegistryEntryDisabler.USER)
    else:
        devices = dr.async_get(home.hass)
        devices.async_update_device(home.device_of_dashboard(), disabled_by=dr.DeviceEntryDisabler.USER)
    await home.lives(5)
    dashboard.simulated.faults.add("*", FaultKind.BAD_GATEWAY)
    await home.lives(15)
    assert home.news() == []


async def test_servers_that_follow_a_mass_one_by_one_are_few_messages(home: Home) -> None:
    """Two minutes of them are one."""
    dashboard = await home.shows(servers=40)
    await home.uses("server_offline")
    await home.start()
    await home.lives(5)
    for server in range(10, 30):
        dashboard.world.stop(server)
    await home.lives(10)
    assert len(home.news()) == 1
    for server in range(30, 38):
        dashboard.world.stop(server)
        await home.lives(1)
    await home.lives(15)
    assert 1 <= len(home.news()) <= 4
