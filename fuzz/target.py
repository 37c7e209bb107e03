"""What is held to be true of any bytes that a dashboard sends."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from custom_components.nezha.api import NezhaError, Snapshot, carry_on
from tests.api.questions import QUESTIONS, Repeating, ask
from tests.api.sanity import assert_sane


def look(sent: bytes) -> None:
    """Take bytes for the answer to every question; raise what the client should not, or AssertionError for a value."""
    for question in QUESTIONS.values():
        with suppress(NezhaError):
            answer = ask(question, Repeating(sent))
            assert_sane(answer)
            for snapshot in _snapshots(answer):
                assert_sane(carry_on(carry_on(None, snapshot), snapshot))


def _snapshots(answer: Any) -> Iterator[Snapshot]:
    for value in answer if isinstance(answer, list) else [answer]:
        if isinstance(value, Snapshot):
            yield value
