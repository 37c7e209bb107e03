"""The points of monitors, which every generation sends in the same shape."""

from datetime import datetime
from typing import Any

from ..errors import InvalidAnswerError
from ..models import Latency
from ..transport import Answer
from .base import LatencyAnswer
from .fields import EPOCH, identifier, items, moment, real, text


def latency_answer(answer: Answer, result: Any) -> LatencyAnswer:
    """Return what the monitors measured from one server; `result` is `None` where there is nothing."""
    if result is None:
        result = []
    if not isinstance(result, list):
        raise InvalidAnswerError("no list of monitors")
    latencies = tuple(latency for entry in result if (latency := _latency(entry)))
    if result and not latencies:
        raise InvalidAnswerError("no monitor that can be read")
    times = [latency.points[-1][0] for latency in latencies if latency.points]
    return LatencyAnswer(time=clock(answer, times), latencies=latencies, size=answer.size)


def clock(answer: Answer, times: list[datetime]) -> datetime:
    """Return the dashboard's clock: the answer's Date header or, where a proxy drops it, the latest time told."""
    return answer.time or max(times, default=EPOCH)


def _latency(entry: Any) -> Latency | None:
    """Return one monitor's points; a delay of 0 ms is a failed probe, for which there is no other sign."""
    number = identifier(entry.get("monitor_id")) if isinstance(entry, dict) else None
    if not number:
        return None
    pairs = zip(items(entry, "created_at"), items(entry, "avg_delay"), strict=False)
    points = ((_point_time(created), _delay(delay)) for created, delay in pairs)
    return Latency(
        monitor_id=number,
        monitor_name=text(entry, "monitor_name"),
        points=tuple(sorted(((time, delay) for time, delay in points if time), key=lambda point: point[0])),
    )


def _point_time(milliseconds: Any) -> datetime | None:
    value = real({"created_at": milliseconds}, "created_at")
    return moment(value / 1000) if value else None


def _delay(value: Any) -> float | None:
    return real({"delay": value}, "delay") or None
