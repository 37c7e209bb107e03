"""The generations of Nezha dashboards, and how to tell which one answers.

0: Nezha 0.15 to 0.20. 1: 1.x. 2: 2.x.
"""

from ..errors import NotNezhaError, UnsupportedGenerationError
from ..transport import Answer
from .base import Ask, Capabilities, Generation, LatencyAnswer
from .v0 import GenerationV0

__all__ = ["Ask", "Capabilities", "Generation", "LatencyAnswer", "detect"]

SETTING = "api/v1/setting"
LIST = "api/v1/server/list"


async def detect(ask: Ask) -> Generation:
    """Return the generation that answers, after at most two requests, which need no credential.

    Raises UnsupportedGenerationError, NotNezhaError or what the transport raises.
    """
    try:
        setting = await ask(SETTING)
    except NotNezhaError:
        return await _detect_generation_0(ask)
    if isinstance(setting.body, dict) and {"data", "error"} & setting.body.keys():
        raise UnsupportedGenerationError("generation 1 or 2")
    return await _detect_generation_0(ask)


async def _detect_generation_0(ask: Ask) -> Generation:
    """Return generation 0 if its list answers without a credential with one of its envelopes."""
    answer: Answer = await ask(LIST)
    if isinstance(answer.body, dict) and answer.body.get("code") in {0, 403}:
        return GenerationV0()
    raise NotNezhaError("no generation answers")
