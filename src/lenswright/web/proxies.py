"""The true address of a client behind proxies that are trusted, and of nobody else's claims.

Werkzeug's ProxyFix counts hops and takes everybody for a proxy: who reaches the port directly, or sends one
entry more than the proxy knows of, chooses the address that limits and the audit trail see. Here the peer
itself must be a trusted proxy, and of X-Forwarded-For the rightmost address counts that is none: all to
the right of it was written by proxies we trust, all to the left may be invented.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

LONGEST_ADDRESS = 100  # with port, brackets, quotes and zone; what is longer is not worth remembering
MOST_HOPS = 50  # whoever sends more wants to keep us busy
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_remembered = lru_cache(1_000)


class TrustedProxies:
    """A WSGI app around `app` that corrects REMOTE_ADDR, scheme and host of what trusted proxies pass on."""

    def __init__(self, app: Wsgi, networks: Sequence[Network]) -> None:
        self._app, self._networks = app, networks
        self._trusts = _remembered(self._is_trusted)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        peer = address_of(environ.get("REMOTE_ADDR", ""))
        if peer is not None:
            if self._trusts(peer):
                self._believe(environ, peer)
            else:
                environ["REMOTE_ADDR"] = str(peer)
        return self._app(environ, start_response)

    def _believe(self, environ: dict[str, Any], proxy: Address) -> None:
        environ["REMOTE_ADDR"] = str(self._client(environ.get("HTTP_X_FORWARDED_FOR", ""), proxy))
        scheme = _last(environ.get("HTTP_X_FORWARDED_PROTO", "")).lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        host = _last(environ.get("HTTP_X_FORWARDED_HOST", ""))
        if _HOST.fullmatch(host):
            environ["HTTP_HOST"] = host

    def _client(self, chain: str, proxy: Address) -> Address:
        """Return the rightmost address that is no trusted proxy.

        Where a trusted proxy wrote something that is no address, nothing left of it can be believed, and
        that proxy is the client.
        """
        nearest = proxy
        for entry in reversed(chain.split(",")[-MOST_HOPS:]):
            if not entry.strip():
                continue
            address = address_of(entry)
            if address is None:
                return nearest
            nearest = address
            if not self._trusts(address):
                return address
        return nearest

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def address_of(text: str) -> Address | None:
    """Return the address in `text`, which may have a port, brackets, quotes or a zone; None if there is none.

    An IPv4 address that came over an IPv6 socket (`::ffff:10.0.0.7`) is the IPv4 address.
    """
    return _parsed(text) if len(text) <= LONGEST_ADDRESS else None


@_remembered
def _parsed(text: str) -> Address | None:
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _last(listed: str) -> str:
    """Return the last entry of a header that several proxies may have added to: the nearest proxy's."""
    return listed.rpartition(",")[2].strip()
