"""What proves that a client may read a dashboard."""

from custom_components.nezha.api import ApiToken

from .conftest import TOKEN


def test_fingerprint_tells_tokens_apart_without_telling_them() -> None:
    """The same token has the same fingerprint with the same salt only."""
    fingerprint = ApiToken(TOKEN).fingerprint("salt")

    assert fingerprint == ApiToken(TOKEN).fingerprint("salt")
    assert len({fingerprint, ApiToken(TOKEN[::-1]).fingerprint("salt"), ApiToken(TOKEN).fingerprint("pepper")}) == 3
    assert TOKEN not in fingerprint


def test_token_that_is_none_has_a_fingerprint() -> None:
    """What somebody typed by mistake can be remembered as refused, too."""
    assert ApiToken("tökén").fingerprint("salt") != ApiToken("").fingerprint("salt")
