"""Who is shown what of servers, groups and monitors, by version: read from Nezha's source.

Members came with 1.4.0. For long they were told as much as an administrator wherever guests are told anything.
"""

from dataclasses import dataclass

from simulator.accounts import Viewer
from simulator.monitors import Monitor
from simulator.servers import Server
from simulator.versions import Version


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a dashboard of one version shows to whom."""

    version: Version

    def lists_server(self, viewer: Viewer, server: Server) -> bool:
        """Return whether the list of servers has a server."""
        return viewer.owns(server.owner) and viewer.allows(server.id)

    def streams_server(self, viewer: Viewer, server: Server) -> bool:
        """Return whether frames have a server."""
        return self._show(viewer, server, equal=self.version < (2, 0, 9))

    def tells_host(self, viewer: Viewer, server: Server) -> bool:
        """Return whether frames tell all of a server's host."""
        if viewer.user is None:
            return self.version < (1, 0, 19)
        return self.version < (2, 0, 9) or viewer.owns(server.owner)

    def opens_server(self, viewer: Viewer, server: Server) -> bool:
        """Return whether what is measured of a server is shown."""
        return self._show(viewer, server, equal=self.version < (2, 0, 8))

    def lists_group(self, viewer: Viewer, owner: int) -> bool:
        """Return whether the list of groups has a group of some user."""
        return viewer.user is None or self.version < (2, 0, 8) or viewer.owns(owner)

    def groups_server(self, viewer: Viewer, server: Server) -> bool:
        """Return whether a group has a server; guests of early versions are told also of hidden ones."""
        shown = viewer.user is not None or self.version < (2, 0, 5) or not server.hide_for_guest
        return shown and viewer.allows(server.id)

    def sums_up_monitor(self, viewer: Viewer, monitor: Monitor, covered: list[int]) -> bool:
        """Return whether the summary has a monitor, given the ids of its servers.

        For long its owner was told no more than a guest.
        """
        if self.version < (1, 0, 14):  # what was to be left out was put back
            return True
        told = self.version < (1, 0, 22) and viewer.user is not None
        owned = self.version >= (2, 2, 4) and self.lists_monitor(viewer, monitor, covered)
        return told or owned or not monitor.hide_for_guest

    def opens_monitor(self, viewer: Viewer, monitor: Monitor, covered: list[int]) -> bool:
        """Return whether what a monitor measures is shown, given the ids of its servers."""
        told = self.version < (2, 0, 14) or not monitor.hide_for_guest
        return told or self.lists_monitor(viewer, monitor, covered)

    def lists_monitor(self, viewer: Viewer, monitor: Monitor, covered: list[int]) -> bool:
        """Return whether the list of monitors has one; a whitelist hides those of which any other server is."""
        return viewer.owns(monitor.owner) and all(viewer.allows(server_id) for server_id in covered)

    def _show(self, viewer: Viewer, server: Server, *, equal: bool) -> bool:
        """Return whether a server is shown, where all users are equal or each has what is theirs."""
        theirs = viewer.owns(server.owner) or (equal and viewer.user is not None)
        return (theirs or not server.hide_for_guest) and viewer.allows(server.id)
