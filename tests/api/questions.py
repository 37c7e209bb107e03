"""Everything that a dashboard can be asked, put to one that says the same whatever it is asked."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from custom_components.nezha.api.generations import Access, Generation, detect
from custom_components.nezha.api.generations.v0 import GenerationV0
from custom_components.nezha.api.generations.v1 import GenerationV1
from custom_components.nezha.api.generations.v2 import GenerationV2
from custom_components.nezha.api.transport import Answer, _decoded

type Question = Callable[[Access], Coroutine[Any, Any, Any]]


@dataclass(frozen=True)
class Repeating:
    """A dashboard that always sends these bytes, as an answer or as the message of a stream."""

    sent: bytes
    status: int = 200
    time: datetime | None = None
    is_guest: bool = False

    async def get(self, path: str) -> Answer:
        """Answer."""
        return Answer(status=self.status, time=self.time, body=_decoded(self.sent), size=len(self.sent))

    async def frames[FrameT](self, path: str, read: Callable[[Any, int], FrameT]) -> AsyncGenerator[FrameT]:
        """Send one message."""
        yield read(_decoded(self.sent), len(self.sent))


def _of(make: Callable[[], Generation]) -> dict[str, Question]:
    """Return what can be asked of a generation, each by somebody who has not asked before."""

    async def stream(access: Access) -> list[Any]:
        return [snapshot async for snapshot in make().stream(access)]

    generation = make()
    questions: dict[str, Question] = {
        "servers": lambda access: make().snapshot(access),
        "latencies": lambda access: make().latencies(access, 1),
        "ways in": lambda access: make().ways_in(access),
    }
    if generation.capabilities.stream:
        questions |= {
            "stream": stream,
            "groups": lambda access: make().groups(access),
            "monitored": lambda access: make().monitored(access),
            "monitors": lambda access: make().monitors(access),
        }
    return {f"{name} of {generation.number}": question for name, question in questions.items()}


async def _generation(access: Access) -> str:
    return (await detect(access.get)).site_name


QUESTIONS: Mapping[str, Question] = {
    "generation": _generation,
    **_of(GenerationV0),
    **_of(lambda: GenerationV1("")),
    **_of(lambda: GenerationV2("")),
}


def ask(question: Question, access: Access) -> Any:
    """Return what becomes of a question to a dashboard that lets nobody wait."""
    coroutine = question(access)
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("it waits")
