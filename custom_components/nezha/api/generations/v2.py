"""Generation 2, Nezha 2.x: what differs from generation 1 (Nezha 2.3.7, `controller.go`)."""

from typing import override

from ..errors import NezhaAuthError, NotOfferedError
from .base import Access, WayIn
from .v1 import SERVER, GenerationV1, data_of

TOKENS = "api/v1/api-tokens"


class GenerationV2(GenerationV1):
    """The API of 2.x dashboards: login, guest or, since 2.1.0, personal access token."""

    number = 2

    @override
    async def ways_in(self, access: Access) -> frozenset[WayIn]:
        """Return a token as well, where the dashboard knows them."""
        ways = await super().ways_in(access)
        try:
            data_of(await access.get(TOKENS))
        except NotOfferedError:
            return ways
        except NezhaAuthError:
            pass  # whoever asks has to log in: there are tokens
        return ways | {WayIn.TOKEN}

    @override
    def _latency_path(self, server_id: int) -> str:
        return f"{SERVER}/{server_id}/service?period=1d"
