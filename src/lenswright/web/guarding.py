"""What stands around every request against foreign web pages: host names, origins, headers, CORS."""

from collections.abc import Callable, Iterable
from typing import Any

from apiflask import APIFlask
from flask import request

from lenswright.browser_safety import DATA_POLICY, HEADERS, SAFE_METHODS, HostNames, is_foreign, page_policy
from lenswright.settings import Settings, listed
from lenswright.web.health_check import asks_for_health
from lenswright.web.proxies import TrustedProxies, Wsgi
from lenswright.web.refusals import ForeignPage, UnexpectedHost

KEY_HEADERS = ("Authorization", "X-API-Key")
TOLD_HEADERS = ("X-Request-ID", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
PREFLIGHT_S = 600  # for so long a browser need not ask again whether it may
PAGE_POLICY = page_policy(script="'self'", style="'self'", img="'self' data:", connect="'self'")
FOR_PAGES = [*HEADERS, ("Content-Security-Policy", PAGE_POLICY)]
FOR_DATA = [*HEADERS, ("Content-Security-Policy", DATA_POLICY)]
NOT_KEPT = ("Cache-Control", "no-store")


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
    app.wsgi_app = Protected(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies or ":" in settings.host:  # on an IPv6 socket IPv4 clients look odd
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_networks)  # type: ignore[method-assign]
    app.before_request(Guard(settings).refuse_foreign)
    if settings.cors_origins:
        allow_origins(app, list(listed(settings.cors_origins.lower())))


class Protected:
    """A WSGI app around `app` that adds the headers of `browser_safety` to every answer.

    Here and not in Flask, whose headers cost 1 µs apiece. What says nothing of caching may hold data of
    people: it is kept nowhere.
    """

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said = dict(headers)
            is_page = said.get("Content-Type", "").startswith("text/html")
            headers += FOR_PAGES if is_page else FOR_DATA
            if "Cache-Control" not in said:
                headers.append(NOT_KEPT)
            return start_response(status, headers, exc_info)

        return self._app(environ, start)


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
