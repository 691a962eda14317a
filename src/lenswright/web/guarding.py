"""What stands around every request against foreign web pages: host names, origins, headers, CORS."""

from apiflask import APIFlask
from flask import Response, request

from lenswright.browser_safety import DATA_POLICY, HEADERS, SAFE_METHODS, HostNames, is_foreign, page_policy
from lenswright.settings import Settings, listed
from lenswright.web.health_check import asks_for_health
from lenswright.web.proxies import TrustedProxies
from lenswright.web.refusals import ForeignPage, UnexpectedHost

KEY_HEADERS = ("Authorization", "X-API-Key")
TOLD_HEADERS = ("X-Request-ID", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
PREFLIGHT_S = 600  # for so long a browser need not ask again whether it may
PAGE_POLICY = page_policy(script="'self'", style="'self'", img="'self' data:", connect="'self'")


class Guard:
    """Refuses what a foreign page made a browser send; see `browser_safety` for why."""

    def __init__(self, settings: Settings) -> None:
        self._hosts = HostNames(settings.host, listed(settings.allowed_hosts))
        self._friends = frozenset(listed(settings.cors_origins.lower()))

    def refuse_foreign(self) -> None:
        """Return if the request may be looked at. Raises UnexpectedHost or ForeignPage."""
        environ = request.environ
        host = environ.get("HTTP_HOST", "")
        if not self._hosts.expects(host) and not asks_for_health(environ):
            raise UnexpectedHost(host, known=str(self._hosts))
        if environ["REQUEST_METHOD"] in SAFE_METHODS:
            return  # they change nothing, and what they answer is kept from foreign pages by the headers
        origin = environ.get("HTTP_ORIGIN")
        if is_foreign(environ.get("HTTP_SEC_FETCH_SITE"), origin, host, self._friends):
            raise ForeignPage(origin or "another web site")


def register_guard(app: APIFlask, settings: Settings) -> None:
    """Let `app` know its clients, refuse foreign pages, and send headers that protect what it answers."""
    if settings.trusted_proxies or ":" in settings.host:  # on an IPv6 socket IPv4 clients look odd
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_networks)  # type: ignore[method-assign]
    app.before_request(Guard(settings).refuse_foreign)
    app.after_request(protect)
    if settings.cors_origins:
        allow_origins(app, list(listed(settings.cors_origins.lower())))


def protect(response: Response) -> Response:
    """Add the headers of `browser_safety`; what says nothing of caching may hold data of people: not kept."""
    headers = response.headers
    headers.extend(HEADERS)
    if "Content-Security-Policy" not in headers:
        is_page = response.mimetype == "text/html"
        headers["Content-Security-Policy"] = PAGE_POLICY if is_page else DATA_POLICY
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response


def allow_origins(app: APIFlask, origins: list[str]) -> None:
    """Let pages of exactly these origins use `app`: with a key of their own, never with cookies."""
    from flask_cors import CORS  # nearly nobody asks for it

    CORS(
        app,
        origins=origins,
        supports_credentials=False,
        allow_headers=["Content-Type", "X-Request-ID", *KEY_HEADERS],
        expose_headers=list(TOLD_HEADERS),
        max_age=PREFLIGHT_S,
    )
