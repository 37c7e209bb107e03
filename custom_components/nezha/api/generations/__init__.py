"""The generations of Nezha dashboards, and how to tell which one answers.

0: Nezha 0.15 to 0.20. 1: 1.x. 2: 2.x.
"""

from collections.abc import Awaitable, Callable

from ..errors import NotNezhaError, RealIpError
from ..transport import Answer
from .base import Access, Capabilities, Generation, LatencyAnswer
from .v0 import GenerationV0
from .v1 import GenerationV1
from .v2 import GenerationV2

__all__ = ["Access", "Capabilities", "Generation", "LatencyAnswer", "detect"]

SETTING = "api/v1/setting"
LIST = "api/v1/server/list"

type Ask = Callable[[str], Awaitable[Answer]]
"""Sends one request without a credential."""


async def detect(ask: Ask) -> Generation:
    """Return the generation that answers, after at most two requests, which need no credential.

    Raises NotNezhaError, RealIpError or what a request raises.
    """
    try:
        setting = await ask(SETTING)
    except NotNezhaError:
        return await _generation_0(ask)
    match setting.body:
        case {"data": {"tsdb_enabled": _}}:
            return GenerationV2()
        case {"data": {}}:
            return GenerationV1()
        case {"error": _}:
            raise RealIpError("the dashboard does not know who asks")
        case _:
            return await _generation_0(ask)


async def _generation_0(ask: Ask) -> Generation:
    """Return generation 0 if its list answers without a credential with one of its envelopes."""
    match (await ask(LIST)).body:
        case {"code": 0 | 403}:
            return GenerationV0()
        case _:
            raise NotNezhaError("no generation answers")
