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
├── RealIpError                 the dashboard wants to be asked through its proxy
├── BlockedError                the dashboard blocks this address for a while
├── DashboardError              the dashboard (or its proxy) failed at the moment
│   ├── InvalidAnswerError      its answer is empty, cut off or of the wrong shape
│   ├── RefusedRequestError     it says why in its own language
│   └── SessionEndedError       a login has to be renewed
├── NotOfferedError             the dashboard does not offer this, or not for this server
│   └── UnknownPathError        another generation has taken the place of the one that was asked
├── StreamRefusedError          no WebSocket gets through to the dashboard
├── MissingScopeError           the token's scopes do not allow this
└── NezhaAuthError              the credential was refused
    ├── LoginRefusedError       user name or password are wrong, or the user may not log in with a password
    ├── WrongKindError          this kind of credential is none for this generation
    └── GuestRefusedError       the dashboard shows nothing to guests

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


class RealIpError(NezhaError):
    """The dashboard expects a header with the client's address, which its own proxy adds."""

    key = "real_ip"


class BlockedError(NezhaError):
    """The dashboard blocks this address for a while (its WAF); asking on does not lengthen that, but is no use."""

    key = "blocked"


class DashboardError(NezhaError):
    """The dashboard or the proxy in front of it cannot answer at the moment."""

    key = "dashboard_error"


class InvalidAnswerError(DashboardError):
    """The answer is empty, cut off, too large or of the wrong shape."""

    key = "invalid_answer"


class RefusedRequestError(DashboardError):
    """The dashboard refuses this request and says why in the language of its pages."""


class SessionEndedError(DashboardError):
    """The dashboard has ended the session of a login that it accepts; the next request renews it."""

    key = "session_ended"


class NotOfferedError(NezhaError):
    """The dashboard does not offer this, or not for this server."""

    key = "not_offered"


class UnknownPathError(NotOfferedError):
    """The dashboard knows no such path: another generation has taken the place of the one that was asked."""


class StreamRefusedError(NezhaError):
    """The WebSocket handshake did not get through, as behind a proxy that does not forward it."""

    key = "stream_refused"


class MissingScopeError(NezhaError):
    """The token is good, but its scopes do not allow this."""

    key = "missing_scope"

    def __init__(self, scope: str) -> None:
        """Keep the scope that the dashboard asks for."""
        super().__init__(f"the token lacks the scope {scope}")
        self.scope = scope


class NezhaAuthError(NezhaError):
    """The credential was refused; it must not be sent again."""

    key = "invalid_auth"


class LoginRefusedError(NezhaAuthError):
    """User name or password are wrong, or the user may not log in with a password (Nezha 1.5.2 and later)."""

    key = "invalid_login"


class WrongKindError(NezhaAuthError):
    """This kind of credential cannot be one for this generation of dashboards; it was not sent."""

    key = "wrong_kind"


class GuestRefusedError(NezhaAuthError):
    """The dashboard shows nothing to guests (`force_auth`, Nezha 1.6.8 and later)."""

    key = "guest_refused"
