"""What holds for the keys of servers, however ids and uuids come, go and change places."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.strategies import DrawFn

from custom_components.nezha.api import Server, Snapshot
from custom_components.nezha.identity import ServerIdentities

NUMBERS = (1, 2, 3, 4)
NAMES = st.sampled_from(("web", "db"))
UUIDS = ("a", "b", "c", "d")


@st.composite
def answers(draw: DrawFn) -> Snapshot:
    """Return what a poll shows, with uuids in any order, or a frame or dashboard of generation 0, without."""
    numbers = draw(st.lists(st.sampled_from(NUMBERS), unique=True))
    uuids = draw(st.permutations(UUIDS) | st.just((None,) * len(UUIDS)))
    servers = [Server(id=number, name=draw(NAMES), uuid=uuid) for number, uuid in zip(numbers, uuids, strict=False)]
    return Snapshot(time=datetime(2026, 11, 23, 12, tzinfo=UTC), servers={server.id: server for server in servers})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(snapshots=st.lists(answers(), max_size=8), restarted_at=st.integers(0, 8))
async def test_a_key_is_one_servers_for_good(
    hass: HomeAssistant, hass_storage: dict[str, Any], snapshots: list[Snapshot], restarted_at: int
) -> None:
    """Every server has one, no two share one, and a uuid leads to its own for ever, also after a restart."""
    hass_storage.clear()
    identities = ServerIdentities(hass, "an-entry")
    of_uuid: dict[str, str] = {}
    for number, snapshot in enumerate(snapshots):
        if number == restarted_at:
            await identities.async_save()
            identities = ServerIdentities(hass, "an-entry")
            await identities.async_load()
        shown = identities.async_identify(snapshot)
        assert sorted(server.id for server in shown.values()) == sorted(snapshot.servers)
        assert identities.known.keys() >= shown.keys()
        assert identities.async_identify(snapshot) == shown
        for key, server in shown.items():
            if server.uuid:
                assert of_uuid.setdefault(server.uuid, key) == key
