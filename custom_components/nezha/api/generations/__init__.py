"""The generations of Nezha dashboards, and how to tell which one answers.

0: Nezha 0.15 to 0.20. 1: 1.x. 2: 2.x.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..errors import LoginPageError, NotNezhaError, RealIpError
from ..transport import Answer
from .base import Access, Capabilities, Generation, LatencyAnswer, WayIn
from .fields import mapping, text
from .v0 import GenerationV0
from .v1 import GenerationV1
from .v2 import GenerationV2

__all__ = ["Access", "Capabilities", "Generation", "LatencyAnswer", "WayIn", "detect"]

SETTING = "api/v1/setting"
LIST = "api/v1/server/list"
OK = 200

type Ask = Callable[[str], Awaitable[Answer]]
"""Sends one request without a credential."""


async def detect(ask: Ask) -> Generation:
    """Return the generation that answers, after at most two requests, which need no credential.

    Raises NotNezhaError, RealIpError or what a request raises.
    """
    try:
        setting = await ask(SETTING)
    except (NotNezhaError, LoginPageError) as err:  # generation 0 has a page for it, which may be any
        try:
            return await _generation_0(ask)
        except NotNezhaError:
            raise err from None
    body = setting.body if isinstance(setting.body, dict) else {}
    if data := mapping(body, "data"):
        return (GenerationV2 if "tsdb_enabled" in data else GenerationV1)(_site_name(data))
    if "error" in body and setting.status == OK:
        raise RealIpError("the dashboard does not know who asks")
    return await _generation_0(ask)


def _site_name(data: Mapping[str, Any]) -> str:
    """Return what the dashboard calls itself; before 1.5.0 the settings were flat."""
    return text(mapping(data, "config"), "site_name") or text(data, "site_name")


async def _generation_0(ask: Ask) -> Generation:
    """Return generation 0 if its list answers without a credential with one of its envelopes."""
    match (await ask(LIST)).body:
        case {"code": 0 | 403}:
            return GenerationV0()
        case _:
            raise NotNezhaError("no generation answers")
