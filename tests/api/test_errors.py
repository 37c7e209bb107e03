"""Errors as callers see them."""

from collections.abc import Iterator

from custom_components.nezha import api
from custom_components.nezha.api import NezhaError, RedirectedError


def _all(error: type[NezhaError]) -> Iterator[type[NezhaError]]:
    yield error
    for narrower in error.__subclasses__():
        yield from _all(narrower)


def test_every_reason_has_a_key_of_its_own() -> None:
    """A group of errors may have none; then it has that of the error above it."""
    errors = list(_all(NezhaError))
    keys = [error.key for error in errors if "key" in vars(error)]

    assert len(keys) == len(set(keys))
    assert all(error.key != NezhaError.key for error in errors if not error.__subclasses__())


def test_every_error_can_be_caught_by_callers() -> None:
    """The package offers each of them by its name."""
    assert {error.__name__ for error in _all(NezhaError)} <= set(api.__all__)


def test_redirect_names_its_target() -> None:
    """For callers as an address, for logs in a sentence."""
    error = RedirectedError("https://nezha.example.com")

    assert (error.target, str(error)) == ("https://nezha.example.com", "redirected to https://nezha.example.com")
