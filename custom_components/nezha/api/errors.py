"""What can go wrong between this client and a Nezha dashboard.

NezhaError
├── InvalidUrlError             the address cannot be one of a dashboard
├── NezhaConnectionError        no answer arrived
│   ├── CannotResolveError      the host name has no address
│   ├── ConnectionRefusedByHostError  nothing listens there
│   ├── ConnectionTimeoutError  no answer in time
│   └── CertificateError        the TLS certificate cannot be trusted
├── InFrontError                something in front of the dashboard answered
│   ├── RedirectedError         it sends clients to another address
│   ├── LoginPageError          it wants a login of its own
│   └── BrowserCheckError       it wants to see a browser
├── NotNezhaError               a web server answered, no Nezha dashboard
├── UnsupportedGenerationError  a Nezha dashboard that this client does not speak
├── DashboardError              the dashboard (or its proxy) failed at the moment
│   └── InvalidAnswerError      its answer is empty, cut off or of the wrong shape
├── NotOfferedError             the dashboard does not offer this, or not for this server
└── NezhaAuthError              the credential was refused

Every class has a `key`, the name of the reason, under which a caller finds its words.
"""

from typing import ClassVar


class NezhaError(Exception):
    """Root of everything that this client raises."""

    key: ClassVar[str] = "unknown"


class InvalidUrlError(NezhaError):
    """The address cannot be one of a dashboard."""

    key = "invalid_url"


class NezhaConnectionError(NezhaError):
    """No answer arrived."""

    key = "cannot_connect"


class CannotResolveError(NezhaConnectionError):
    """The host name has no address."""

    key = "cannot_resolve"


class ConnectionRefusedByHostError(NezhaConnectionError):
    """Nothing listens at this host and port."""

    key = "connection_refused"


class ConnectionTimeoutError(NezhaConnectionError):
    """No complete answer arrived in time."""

    key = "timeout"


class CertificateError(NezhaConnectionError):
    """The TLS certificate is expired, self-signed or made for another host."""

    key = "certificate"


class InFrontError(NezhaError):
    """Something in front of the dashboard answered; only its owner can change that."""


class RedirectedError(InFrontError):
    """The answer is a redirect, which is never followed (a credential must not travel)."""

    key = "redirected"

    def __init__(self, target: str) -> None:
        """Keep the base address that the redirect points to."""
        super().__init__(f"redirected to {target}")
        self.target = target


class LoginPageError(InFrontError):
    """A login page or Basic authentication stands in front of the dashboard."""

    key = "login_page"


class BrowserCheckError(InFrontError):
    """A check for browsers (such as Cloudflare's challenge) stands in front of the dashboard."""

    key = "browser_check"


class NotNezhaError(NezhaError):
    """A web server answered, but not as any Nezha dashboard would."""

    key = "not_nezha"


class UnsupportedGenerationError(NezhaError):
    """A Nezha dashboard of a generation that this client does not speak."""

    key = "unsupported_generation"


class DashboardError(NezhaError):
    """The dashboard or the proxy in front of it cannot answer at the moment."""

    key = "dashboard_error"


class InvalidAnswerError(DashboardError):
    """The answer is empty, cut off, too large or of the wrong shape."""

    key = "invalid_answer"


class NotOfferedError(NezhaError):
    """The dashboard does not offer this, or not for this server."""

    key = "not_offered"


class NezhaAuthError(NezhaError):
    """The credential was refused; it must not be sent again."""

    key = "invalid_auth"
