"""Single values: what is missing, of another type or impossible never raises."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.nezha.api.generations.fields import (
    identifier,
    integer,
    items,
    mapping,
    moment,
    real,
    text,
    texts,
    time,
)

NO_NUMBERS: list[Any] = [True, False, "text", "", [], [1], {}, float("inf"), float("nan")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *[(value, None) for value in NO_NUMBERS],
        (None, 0),
        (0, 0),
        (7, 7),
        (7.9, 7),
        ("7", 7),
        (-1, None),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (2**64 - 1, None),
    ],
)
def test_counter(value: Any, expected: int | None) -> None:
    """Null is zero, and what cannot be true is no value."""
    assert integer({"x": value}, "x") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [*[(value, None) for value in NO_NUMBERS], (None, 0), (0.5, 0.5), (7, 7), (100.1, 100), (-0.1, None), (1e30, None)],
)
def test_number_with_a_limit(value: Any, expected: float | None) -> None:
    """A little too much is as much as there can be."""
    assert real({"x": value}, "x", most=100) == expected


def test_number_without_a_limit() -> None:
    """Loads know none."""
    assert real({"x": 12_345.6}, "x") == 12_345.6


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        ("7", 7),
        (0, None),
        (-1, None),
        (2**63, None),
        ("9" * 5000, None),
        ("0_1", None),
        (" 1", None),
        ("\uff11", None),
        (1.0, None),
        (True, None),
        ([], None),
        (None, None),
    ],
)
def test_identifier(value: Any, expected: int | None) -> None:
    """Dashboards count from one; the ids of monitors are texts."""
    assert identifier(value) == expected


@pytest.mark.parametrize(("value", "expected"), [("x", "x"), ("", ""), (None, ""), (7, ""), (["x"], ""), ({}, "")])
def test_text(value: Any, expected: str) -> None:
    """What is no text is an empty one."""
    assert text({"x": value}, "x") == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("é 哪吒 😀\n", "é 哪吒 😀\n"), ("a\ud800b", "a?b"), ("\udfff", "?"), ("GPU\0", "GPU")]
)
def test_what_cannot_be_stored_is_no_part_of_a_text(value: str, expected: str) -> None:
    """Neither half a character nor a zero byte, which no database takes."""
    assert text({"x": value}, "x") == expected
    assert texts({"x": [value]}, "x") == (expected,)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(["x", "y"], ("x", "y")), (["x", None, 7, "y"], ("x", "y")), ([], ()), (None, ()), ("xy", ())],
)
def test_list_of_texts(value: Any, expected: tuple[str, ...]) -> None:
    """What is no text is passed over; a text is no list of its letters."""
    assert texts({"x": value}, "x") == expected


@pytest.mark.parametrize(("value", "expected"), [([1, None], [1, None]), (None, []), ("xy", []), ({"a": 1}, [])])
def test_list(value: Any, expected: list[Any]) -> None:
    """What is no list is an empty one."""
    assert items({"x": value}, "x") == expected


@pytest.mark.parametrize(("value", "expected"), [({"a": 1}, {"a": 1}), (None, {}), ("xy", {}), ([1], {})])
def test_object(value: Any, expected: dict[str, Any]) -> None:
    """What is no object is an empty one."""
    assert mapping({"x": value}, "x") == expected


def test_missing_field() -> None:
    """It is zero or empty, as Go would have it."""
    absent: dict[str, Any] = {}

    assert (integer(absent, "x"), real(absent, "x")) == (0, 0)
    assert (text(absent, "x"), texts(absent, "x"), items(absent, "x"), mapping(absent, "x")) == ("", (), [], {})


@pytest.mark.parametrize("seconds", [None, 0, -1, -62_135_596_800, 7_258_118_400, 1e30, float("inf"), float("nan")])
def test_no_moment(seconds: float | None) -> None:
    """Go's zero time, the epoch and the far future are none."""
    assert moment(seconds) is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1_795_438_088, datetime(2026, 11, 23, 12, 48, 8, tzinfo=UTC)),
        (1_795_438_088.5, datetime(2026, 11, 23, 12, 48, 8, 500_000, tzinfo=UTC)),
        (7_258_118_399, datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_moment(seconds: float, expected: datetime) -> None:
    """Unix seconds are a time in UTC."""
    assert moment(seconds) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T12:48:08Z", datetime(2026, 11, 23, 12, 48, 8, tzinfo=UTC)),
        ("2026-11-23T12:48:08.5Z", datetime(2026, 11, 23, 12, 48, 8, 500_000, tzinfo=UTC)),
        ("2026-11-23T20:48:08.123456789+08:00", datetime(2026, 11, 23, 12, 48, 8, 123_456, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2026-11-23T12:48:08", None),
        ("2026-11-23", None),
        ("yesterday", None),
        ("", None),
        (1_795_438_088, None),
        (None, None),
    ],
)
def test_time(value: Any, expected: datetime | None) -> None:
    """Nine digits of a second are cut to six; without an offset it is no moment."""
    assert time({"x": value}, "x") == expected


def test_text_is_cut_where_nobody_would_read_on() -> None:
    """Signs count, not bytes."""
    assert text({"x": 10_000 * "名"}, "x") == 255 * "名"
