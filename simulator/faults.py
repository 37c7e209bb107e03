"""What can go wrong between a client and a dashboard, on request and for chosen paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, TypedDict, Unpack


class FaultKind(StrEnum):
    """A way in which an answer is not what the client hopes for."""

    UNAUTHORIZED = "unauthorized"
    """The dashboard's own refusal, whatever the token."""
    SERVER_ERROR = "server_error"
    """500 with a web page."""
    PANIC = "panic"
    """500 without a body: what a dashboard that failed inside says."""
    BAD_GATEWAY = "bad_gateway"
    """502 with a web page: nginx before a stopped dashboard."""
    BAD_GATEWAY_BARE = "bad_gateway_bare"
    """502 without body and content type: Caddy before a stopped dashboard."""
    WEB_PAGE = "web_page"
    """200 with some other site's page."""
    NOT_FOUND = "not_found"
    """404 with a web page."""
    LOGIN_PAGE = "login_page"
    """200 with a portal's password form."""
    BASIC_AUTH = "basic_auth"
    """401 with a web page and `WWW-Authenticate: Basic`."""
    REDIRECT = "redirect"
    """A redirect to `location` with `status` (302 if left out)."""
    CHALLENGE = "challenge"
    """403 with a web page and `cf-mitigated: challenge`."""
    FORBIDDEN = "forbidden"
    """403 with a web page: a proxy that lets nobody in."""
    BARE = "bare"
    """200 without body and content type: a path that Caddy does not know."""
    EMPTY = "empty"
    """200, JSON's content type, no body: a number in a state is none."""
    GARBAGE = "garbage"
    """The right answer, cut in the middle; of a stream every frame."""
    WRONG_SHAPE = "wrong_shape"
    """200 with other JSON, `body` if given."""
    NAN = "nan"
    """The right answer, or frame, with NaN for its first number: no dashboard writes that, others do."""
    HUGE = "huge"
    """200, JSON's content type, `size` blanks (100 MB if left out), or a frame of them."""
    GZIP_BOMB = "gzip_bomb"
    """200, JSON's content type, a few kilobytes that gzip makes `size` blanks of (1 GB if left out)."""
    SLOW = "slow"
    """The right answer after `seconds` (10 if left out)."""
    TRICKLE = "trickle"
    """The right answer byte by byte, each after `seconds` (1 if left out)."""
    DROP = "drop"
    """The connection closed without an answer. Mind that aiohttp then asks once more by itself."""
    RESET = "reset"
    """The connection reset without an answer. Here, too, aiohttp asks once more."""
    REPLACE_SERVER = "replace_server"
    """The right answer, or frame, with the entry of `server_id` replaced by `entry`, any JSON."""
    REPLACE_VALUES = "replace_values"
    """The right answer, or frame, with these `values` wherever a field has their name, as generation 1 writes it."""
    TEXT_IDS = "text_ids"
    """The right answer, or frame, with every id as a text."""
    BLOCKED = "blocked"
    """403 with the page of the dashboard's firewall."""
    NO_UPGRADE = "no_upgrade"
    """400 as text: what a stream's handshake gets through a proxy that forwards no WebSockets."""
    SILENCE = "silence"
    """A stream that stays open and sends nothing."""
    HANG_UP = "hang_up"
    """A stream that ends after its first frame, without a close frame."""


class FaultOptions(TypedDict, total=False):
    """What kinds of faults can be told; each kind reads only those that it names."""

    seconds: float
    status: int
    location: str
    body: Any
    server_id: int
    entry: Any
    values: Mapping[str, Any]
    size: int


@dataclass(slots=True)
class Fault:
    """A fault on the paths that fit a pattern."""

    path: str
    """An exact path, or a pattern with `*`."""
    kind: FaultKind
    times: int | None
    """How many more requests it meets; None until it is cleared."""
    options: FaultOptions


class Faults:
    """The faults in force. Of those that fit a path the oldest acts, so that they can be queued."""

    def __init__(self) -> None:
        """Begin without any."""
        self._faults: list[Fault] = []

    def add(self, path: str, kind: FaultKind, times: int | None = None, **options: Unpack[FaultOptions]) -> None:
        """Put a fault in force for the next requests, or until it is cleared.

        Raises:
            TypeError: No fault has such an option.
            ValueError: It would meet no request.

        """
        if times is not None and times < 1:
            raise ValueError(f"a fault cannot meet {times} requests")
        if unknown := options.keys() - FaultOptions.__annotations__.keys():
            raise TypeError(f"no fault has an option {', '.join(sorted(unknown))}")
        self._faults.append(Fault(path, kind, times, options))

    def clear(self, path: str | None = None) -> None:
        """End the faults that were added for a path, or all."""
        self._faults = [fault for fault in self._faults if path not in {None, fault.path}]

    def take(self, path: str) -> Fault | None:
        """Return the fault that meets a request for a path, None if there is none."""
        fault = next((fault for fault in self._faults if fnmatchcase(path, fault.path)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
        return fault

    def listed(self) -> list[Fault]:
        """Return the faults in force, the oldest first."""
        return list(self._faults)
