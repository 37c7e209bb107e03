"""The servers of an answer, read anew only where they say something else than in the answer before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidAnswerError
from ..models import Host, Server
from .fields import identifier, mapping

type ReadServer = Callable[[int, Mapping[str, Any], Host | None], Server]
"""Returns the server with an id from its entry, with the host of the answer before where that has not changed."""


@dataclass(slots=True)
class ServerReader:
    """Reads the servers of one kind of answer after the other; servers that are equal are the same objects."""

    read: ReadServer
    _known: Mapping[int, tuple[Mapping[str, Any], Server]] = field(default_factory=dict)

    def servers(self, entries: Any) -> tuple[dict[int, Server], int]:
        """Return the servers by id, in its order, and the number of entries that are none.

        Of several entries that claim an id the fullest has it. Raises InvalidAnswerError for anything but a list, and
        for one of which nothing can be read.
        """
        if not isinstance(entries, list):
            raise InvalidAnswerError("no list of servers")
        claims = [(number, entry) for entry in entries if (number := _id(entry))]
        identified = dict(claims)
        if len(identified) < len(claims):
            identified = dict(sorted(claims, key=lambda claim: len(claim[1])))
        if entries and not identified:
            raise InvalidAnswerError("no server that can be read")
        self._known = {number: (entry, self._server(number, entry)) for number, entry in identified.items()}
        return {number: self._known[number][1] for number in sorted(self._known)}, len(entries) - len(identified)

    def _server(self, number: int, entry: Mapping[str, Any]) -> Server:
        before, server = self._known.get(number, (None, None))
        if server and before == entry:
            return server
        same_host = before is not None and mapping(before, "host") == mapping(entry, "host")
        return self.read(number, entry, server.host if server and same_host else None)


def _id(entry: Any) -> int | None:
    return identifier(entry.get("id")) if isinstance(entry, dict) else None
