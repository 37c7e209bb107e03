"""Which servers are the credential's own, where the dashboard's two ways of telling disagree.

A poll brings its own servers and no others. A stream shows those of other users as well and, once it has become a
guest's (Nezha 1.14.14, 2.3.7), hides some of its own. Neither tells at once what the other one does.
"""

from collections.abc import Set as AbstractSet


class Membership:
    """What the last poll has brought, and what has been seen of the stream since."""

    def __init__(self) -> None:
        """Begin before the first poll."""
        self._own: frozenset[int] = frozenset()
        self._strangers: frozenset[int] = frozenset()
        self._lacking: frozenset[int] = frozenset()
        self._hidden: frozenset[int] = frozenset()

    def take_poll(self, servers: AbstractSet[int]) -> None:
        """Take over whom a poll brings: those of them that the stream lacks are hidden there."""
        self._own = frozenset(servers)
        self._strangers -= self._own
        self._hidden = self._lacking & self._own

    def doubt_stream(self) -> None:
        """Take whom the stream lacks for hidden: its session has ended, perhaps before it began."""
        self._hidden = self._lacking

    def strangers(self, frame: AbstractSet[int]) -> AbstractSet[int]:
        """Return whom a frame shows that no poll has brought: servers of other users, or under a new id."""
        return frame - self._own

    def is_own(self, frame: AbstractSet[int]) -> bool:
        """Tell whether a frame is of our own stream, and not of a guest's, which goes on lacking who is hidden."""
        own = not self._hidden - frame
        self._hidden = frozenset()
        return own

    def take_frame(self, frame: AbstractSet[int]) -> bool:
        """Take over whom a frame shows; tell whether a poll should say more of a stranger or of who is lacking."""
        strangers, lacking = self.strangers(frame), self._own - frame
        is_news = not (strangers <= self._strangers and lacking <= self._lacking)
        self._strangers |= strangers
        self._lacking = frozenset(lacking)
        return is_news
