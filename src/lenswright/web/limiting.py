"""How many requests a client may send: per key where a valid one came, else per address.

Fixed windows: at most twice the limit passes around the change of two, as with a bucket of tokens, for one
counter per client and an exact Retry-After. Each client's windows begin at a moment of their own, which
its name decides, so that not all come back in the same second.
"""

import ipaddress
import logging
import math
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, Response, g, request

from lenswright.settings import Settings
from lenswright.web.caller import caller
from lenswright.web.counting import Counter, counter
from lenswright.web.health_check import asks_for_health
from lenswright.web.proxies import address_of
from lenswright.web.refusals import RateLimited
from lenswright.web.services import services

WINDOW_S = 60
SITE_BITS = 64  # of IPv6 addresses: one client has all that share them

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """Where a client stands in its window, which ends in `reset_s`; `used` of `limit`, or more, are gone."""

    limit: int
    used: int
    window_s: int
    reset_s: int

    @property
    def exceeded(self) -> bool:
        """Whether the last one was too many."""
        return self.used > self.limit

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers-06, the last ones that clients read."""
        return [
            ("RateLimit-Limit", str(self.limit)),
            ("RateLimit-Remaining", str(max(0, self.limit - self.used))),
            ("RateLimit-Reset", str(self.reset_s)),
            ("RateLimit-Policy", f"{self.limit};w={self.window_s}"),
        ]


class RateLimits:
    """Counts under names; safe to share between threads."""

    def __init__(
        self, counts: Counter, *, window_s: int = WINDOW_S, clock: Callable[[], float] = time.time
    ) -> None:
        self._counts, self._window_s, self._clock = counts, window_s, clock

    def take(self, who: str, limit: int) -> Standing:
        """Count one for `who` and return where that leaves it."""
        name, reset_s = self._window(who)
        return Standing(limit, self._counts.count(name, self._window_s), self._window_s, reset_s)

    def look(self, who: str, limit: int) -> Standing:
        """Return where one more would leave `who`; nothing is counted."""
        name, reset_s = self._window(who)
        return Standing(limit, self._counts.counted(name) + 1, self._window_s, reset_s)

    def _window(self, who: str) -> tuple[str, int]:
        """Return the name of the present window of `who` and the whole seconds that are left of it."""
        index, gone_s = divmod(self._clock() + zlib.crc32(who.encode()) % self._window_s, self._window_s)
        return f"{who}@{int(index)}", max(1, math.ceil(self._window_s - gone_s))


class Limiter:
    """The limits of one app. `limit` comes between the look at the key and what follows from it."""

    def __init__(self, settings: Settings, limits: RateLimits) -> None:
        self._limits = limits
        self._per_address, self._per_key = settings.requests_per_minute, settings.key_requests_per_minute
        self._wrong_keys = settings.wrong_keys_per_minute
        self._warned = bool(settings.trusted_proxies)

    def limit(self) -> None:
        """Count the present request, a batch or an upload as one. Raises RateLimited.

        Who tried too many wrong keys is not let in with a right one either: else every try would be worth it.
        """
        environ = request.environ
        if environ["REQUEST_METHOD"] == "OPTIONS" or asks_for_health(environ):  # OPTIONS: may I ask?
            return
        who, found = client_of(environ.get("REMOTE_ADDR", "")), caller()
        if who is None:
            self._warn_of_proxy(environ)
        elif found.refused is not None:
            self._check(self._wrong_keys, "wrong keys from one address", self._limits.take, f"wrong {who}")
        elif found.key_id is not None:
            self._check(self._wrong_keys, "wrong keys from one address", self._limits.look, f"wrong {who}")
        if found.key_id is not None:
            most = self._per_key if found.per_minute is None else found.per_minute
            g.standing = self._check(most, "requests with this key", self._limits.take, f"key {found.key_id}")
        elif who is not None:
            g.standing = self._check(
                self._per_address, "requests without a valid key from one address", self._limits.take, who
            )

    def _check(
        self, limit: int, what: str, count: Callable[[str, int], Standing], who: str
    ) -> Standing | None:
        """Return where `who` stands, None where there is no limit. Raises RateLimited."""
        if not limit:
            return None
        standing = count(who, limit)
        if standing.exceeded:
            g.standing = standing
            if standing.used == limit + 1:  # once in a window, however many follow
                _log.warning("%s exceeds its limit: %d %s in %d s", who, limit, what, standing.window_s)
            raise RateLimited(what, limit=limit, window_s=standing.window_s, retry_after_s=standing.reset_s)
        return standing

    def _warn_of_proxy(self, environ: dict[str, Any]) -> None:
        if not self._warned and "HTTP_X_FORWARDED_FOR" in environ:
            self._warned = True
            _log.warning(
                "A proxy on this machine passes requests on, but LENSWRIGHT_TRUSTED_PROXIES does not name it:"
                " all its clients count as this machine, which has no limit"
            )


def register_limits(app: Flask, settings: Settings) -> None:
    """Let `app` limit requests, once it is known who asks and before anything follows from it.

    Raises SettingsError if LENSWRIGHT_LIMIT_STORAGE_URL cannot be used.
    """
    counts = counter(settings.limit_storage_url)
    limiter = Limiter(settings, RateLimits(counts, clock=lambda: services().clock()))
    app.before_request(limiter.limit)
    app.after_request(tell)


def tell(response: Response) -> Response:
    """Say in the answer where a client that has a limit stands."""
    standing: Standing | None = g.get("standing")
    if standing is not None:
        response.headers.extend(standing.headers())
    return response


@lru_cache(4_096)
def client_of(address: str) -> str | None:
    """Return under what name requests of `address` are counted; None for loopback, which has no limit."""
    parsed = address_of(address)
    if parsed is None:
        return "address unknown"
    if parsed.is_loopback:
        return None
    if parsed.version == 4:
        return f"address {parsed}"
    return f"address {ipaddress.ip_network((parsed, SITE_BITS), strict=False)}"
