"""Generation 2, Nezha 2.x: what differs from generation 1 (Nezha 2.3.7, `controller.go`)."""

from .v1 import SERVER, GenerationV1


class GenerationV2(GenerationV1):
    """The API of 2.x dashboards: login, guest or, since 2.1.0, personal access token."""

    number = 2

    def _latency_path(self, server_id: int) -> str:
        return f"{SERVER}/{server_id}/service?period=1d"
