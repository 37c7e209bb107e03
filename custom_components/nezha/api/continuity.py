"""What one answer of a dashboard cannot say alone and a comparison with the answer before can.

Whether a server is online, and what a restarted dashboard has forgotten until the agents are back.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from .models import Monitor, Server, Snapshot, State

ONLINE_AGE = timedelta(seconds=30)  # the rule of the default pages of Nezha 1.x and 2.x
RESTART_GRACE = timedelta(seconds=45)  # agents are back at most half a minute after a restart; one poll on top
LEAST_RESET = 0.9  # a counter that keeps more than this share has not started anew
MOST_LEAD = timedelta(days=1)  # a time further ahead is no clock that runs apart but a mistake


def carry_on(before: Snapshot | None, now: Snapshot) -> Snapshot:
    """Return `now`, completed by what was known `before`.

    A proxy may announce a clock that is behind the dashboard's own. A server's `last_active` cannot lie in the
    future, so what the reports are ahead of the announced time is added to it.
    """
    known = before.servers if before else {}
    lead = before.lead if before else timedelta(0)
    if now.announced:
        lead = _lead(known, now, lead)
    time = now.time + lead if now.announced else now.time
    told = before.told if before and before.groups == now.groups else {}
    servers = {
        number: _unchanged(known[number], server, time)
        if told.get(number) is server
        else _carry_on(known.get(number), server, now.groups_of(server), time)
        for number, server in now.servers.items()
    }
    return replace(now, time=time, lead=lead, servers=servers, told=now.servers)


def carry_on_monitor(before: Monitor | None, now: Monitor) -> Monitor:
    """Return `now`; as it was `before` while a restarted dashboard has counted nothing yet, or too few probes."""
    if before is None:
        return now
    if now.availability is None:
        return replace(before, name=now.name)
    return replace(now, up=before.up) if now.up is None else now


def _lead(known: Mapping[int, Server], snapshot: Snapshot, before: timedelta) -> timedelta:
    """Return how far the announced time is behind the latest report.

    New reports tell how it is now; without any it may be less only because everybody has fallen silent.
    """
    nothing = timedelta(0)
    ahead = {
        number: lead
        for number, server in snapshot.servers.items()
        if server.last_active and (lead := server.last_active - snapshot.time) <= MOST_LEAD
    }
    new = [lead for number, lead in ahead.items() if _has_reported(known.get(number), snapshot.servers[number])]
    return max(nothing, *(new or (before, *ahead.values())))


def _unchanged(was: Server, server: Server, time: datetime) -> Server:
    """Return a server of which the answer says the same as the one before: only time has passed."""
    if server.state is None and server.last_active is None:
        return _remembered(was, server, was.groups, time)
    online = _is_fresh(server, time)
    return was if was.online == online else replace(was, online=online)


def _carry_on(was: Server | None, server: Server, groups: tuple[str, ...], time: datetime) -> Server:
    """Return one server, completed by what was known of it: frames have no uuid and no address."""
    if was is None:
        return replace(server, groups=groups, online=_is_fresh(server, time))
    if server.state is None and server.last_active is None:
        return _remembered(was, server, groups, time)
    located = server if server.ipv4 or server.ipv6 else was  # a dashboard that knows no address has forgotten them
    return Server(
        id=server.id,
        name=server.name,
        uuid=server.uuid or was.uuid,
        groups=groups,
        ipv4=located.ipv4,
        ipv6=located.ipv6,
        country_code=server.country_code or was.country_code,
        last_active=server.last_active or was.last_active,
        host=server.host or was.host,
        state=_state(was.state, server.state),
        online=_has_moved_on(was, server) or _is_fresh(server, time),
    )


def _state(was: State | None, now: State | None) -> State | None:
    """Return the state, its counters never a little lower than they were."""
    if was is None or now is None:
        return now or was
    net_in_transfer = _counter(was.net_in_transfer, now.net_in_transfer)
    net_out_transfer = _counter(was.net_out_transfer, now.net_out_transfer)
    if (net_in_transfer, net_out_transfer) == (now.net_in_transfer, now.net_out_transfer):
        return now
    return replace(now, net_in_transfer=net_in_transfer, net_out_transfer=net_out_transfer)


def _counter(was: int | None, now: int | None) -> int | None:
    """Return a counter; a fall by less than a tenth is a network interface that has gone, no reboot."""
    return was if was and now and LEAST_RESET * was < now < was else now


def _remembered(was: Server, server: Server, groups: tuple[str, ...], time: datetime) -> Server:
    """Return a server whose reports the dashboard has forgotten: as it was, and online only for the grace."""
    since = was.forgotten_since or time
    return replace(
        was,
        name=server.name,
        groups=groups,
        uuid=server.uuid or was.uuid,
        forgotten_since=since,
        online=was.online and time - since < RESTART_GRACE,
    )


def _has_reported(was: Server | None, server: Server) -> bool:
    """Tell whether the server has reported since the answer before, be it by a clock that was set back meanwhile."""
    if was is None or was.last_active is None or server.last_active is None:
        return False
    return server.last_active != was.last_active


def _has_moved_on(was: Server, server: Server) -> bool:
    """Tell whether the server's last report is later than in the answer before."""
    return server.last_active is not None and was.last_active is not None and server.last_active > was.last_active


def _is_fresh(server: Server, time: datetime) -> bool:
    """Tell whether the last report is young enough; one from the far future is a mistake."""
    return server.last_active is not None and abs(time - server.last_active) <= ONLINE_AGE
