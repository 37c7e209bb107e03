"""How a simulated dashboard is configured."""

from dataclasses import dataclass
import string
from typing import Final, TypedDict

from simulator.chance import pick

_TOKEN_LENGTH: Final = 32
_TOKEN_SIGNS: Final = string.digits + string.ascii_letters


def made_up_token(seed: int, number: int = 1) -> str:
    """Return a token of the form that dashboards make, the same for the same seed and number."""
    name = "token" if number == 1 else f"token {number}"
    return "".join(pick(_TOKEN_SIGNS, seed, name, place) for place in range(_TOKEN_LENGTH))


class Options(TypedDict, total=False):
    """What of the settings has a default."""

    site_name: str
    view_password: str
    username: str
    password: str
    force_auth: bool
    real_ip_header: str
    tsdb: bool
    frame_interval: float
    proxy_skew: float
    proxy_address: str


@dataclass(slots=True, kw_only=True)
class Settings:
    """What an administrator of the dashboard decides; it may change while the dashboard runs."""

    version: str
    """Of the dashboard, without `v`: `0.20.13`."""
    token: str
    """The API token, or the personal access token that a test uses first; empty when there is none."""
    site_name: str = "Nezha"
    view_password: str = ""
    """Asked for on pages and monitors of generation 0; empty for none."""
    username: str = "admin"
    password: str = "admin"  # noqa: S105  # a new dashboard's
    force_auth: bool = False
    """Whether guests see nothing, from 1.6.8 on."""
    real_ip_header: str = ""
    """The header that tells a client's address, or `NZ::Use-Peer-IP`; empty for none, and then no WAF."""
    tsdb: bool = False
    """Whether generation 2 keeps a store of time series."""
    frame_interval: float = 2.0
    """Seconds from one frame of a stream to the next; infinite for frames on demand alone."""
    proxy_skew: float = 0.0
    """Seconds by which the clock of a proxy, which dates all answers, is ahead of the dashboard's."""
    proxy_address: str = ""
    """What a proxy tells of every client's address in the header for it; empty for no such proxy."""
