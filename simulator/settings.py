"""How a simulated dashboard is configured."""

from dataclasses import dataclass
import string
from typing import Final

from simulator.chance import pick

_TOKEN_LENGTH: Final = 32
_TOKEN_SIGNS: Final = string.digits + string.ascii_letters


def made_up_token(seed: int) -> str:
    """Return a token of the form that a generation 0 dashboard makes, the same for the same seed."""
    return "".join(pick(_TOKEN_SIGNS, seed, "token", place) for place in range(_TOKEN_LENGTH))


@dataclass(slots=True, kw_only=True)
class Settings:
    """What an administrator of the dashboard decides; it may change while the dashboard runs."""

    version: str
    """Of the dashboard, without `v`: `0.20.13`."""
    token: str
    """The API token; empty when there is none."""
    site_name: str = "Nezha"
    view_password: str = ""
    """Asked for on pages and monitors of generation 0; empty for none."""
