"""What proves that a client may read a dashboard."""

import pytest

from custom_components.nezha.api import ApiToken, NezhaAuthError

from .conftest import TOKEN


async def test_api_token_is_sent_as_it_is() -> None:
    """Generation 0 takes a scheme for a part of the token."""
    assert dict(await ApiToken(TOKEN).headers()) == {"Authorization": TOKEN}


@pytest.mark.parametrize("token", ["", "\n", "a\r\nX-Injected: b", "tökén", "令牌", "\0", "\x7f", "a\tb"])
async def test_what_no_header_can_hold_is_no_token(token: str) -> None:
    """Such a token is refused before it is sent."""
    with pytest.raises(NezhaAuthError) as caught:
        await ApiToken(token).headers()

    assert not token or token not in str(caught.value)


def test_fingerprint_tells_tokens_apart_without_telling_them() -> None:
    """The same token has the same fingerprint with the same salt only."""
    fingerprint = ApiToken(TOKEN).fingerprint("salt")

    assert fingerprint == ApiToken(TOKEN).fingerprint("salt")
    assert len({fingerprint, ApiToken(TOKEN[::-1]).fingerprint("salt"), ApiToken(TOKEN).fingerprint("pepper")}) == 3
    assert TOKEN not in fingerprint


def test_token_that_is_none_has_a_fingerprint() -> None:
    """What somebody typed by mistake can be remembered as refused, too."""
    assert ApiToken("tökén").fingerprint("salt") != ApiToken("").fingerprint("salt")
