"""A client for Nezha dashboards that needs nothing but aiohttp; code outside this package imports from here only."""

from .client import NezhaClient
from .continuity import carry_on
from .credentials import ApiToken, Credential
from .errors import (
    BrowserCheckError,
    CannotResolveError,
    CertificateError,
    ConnectionRefusedByHostError,
    ConnectionTimeoutError,
    DashboardError,
    InFrontError,
    InvalidAnswerError,
    InvalidUrlError,
    LoginPageError,
    NezhaAuthError,
    NezhaConnectionError,
    NezhaError,
    NotNezhaError,
    NotOfferedError,
    RedirectedError,
    UnsupportedGenerationError,
)
from .generations import Capabilities, LatencyAnswer
from .models import Host, Latency, Server, Snapshot, State, Temperature
from .transport import base_url

__all__ = [
    "ApiToken",
    "BrowserCheckError",
    "CannotResolveError",
    "Capabilities",
    "CertificateError",
    "ConnectionRefusedByHostError",
    "ConnectionTimeoutError",
    "Credential",
    "DashboardError",
    "Host",
    "InFrontError",
    "InvalidAnswerError",
    "InvalidUrlError",
    "Latency",
    "LatencyAnswer",
    "LoginPageError",
    "NezhaAuthError",
    "NezhaClient",
    "NezhaConnectionError",
    "NezhaError",
    "NotNezhaError",
    "NotOfferedError",
    "RedirectedError",
    "Server",
    "Snapshot",
    "State",
    "Temperature",
    "UnsupportedGenerationError",
    "base_url",
    "carry_on",
]
