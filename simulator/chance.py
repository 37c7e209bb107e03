"""Numbers that look random and are the same in every run."""

from collections.abc import Sequence
from hashlib import blake2b

_BITS = 53  # what a float holds exactly, so that 1.0 is never reached


def fraction(*parts: object) -> float:
    """Return a number from 0 up to, but not including, 1 that depends on the parts alone."""
    digest = blake2b(repr(parts).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> (64 - _BITS)) / (1 << _BITS)


def between(low: float, high: float, *parts: object) -> float:
    """Return a number from low up to high that depends on the parts alone."""
    return low + (high - low) * fraction(*parts)


def pick[Option](options: Sequence[Option], *parts: object) -> Option:
    """Return one of the options; which one depends on the parts alone."""
    return options[int(fraction(*parts) * len(options))]


def shuffled[Item](items: Sequence[Item], *parts: object) -> list[Item]:
    """Return the items in an order that depends on the parts alone."""
    order = sorted(range(len(items)), key=lambda place: fraction(*parts, place))
    return [items[place] for place in order]
