"""What keeps foreign web pages away from a service that its own user reaches without a key.

A page of any web site may make the browser of whoever looks at it send requests to loopback. Three things
stand against that: the name under which we are asked (DNS rebinding), where the page comes from (cross-site
requests), and headers that tell the browser what not to do. API and dashboard share them; no web framework.
"""

import ipaddress
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
HEADERS = (  # on every answer; Content-Security-Policy depends on what it is
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_LOOPBACK_NAME = "localhost"
_LONGEST_NAME = 255 + len(":65535")
_MOST_NAMES = 1_000  # remembered; whoever asks under ever new names costs a parse each


class HostNames:
    """Under which names a service that listens on `bound` may be asked.

    On a loopback address: localhost, any loopback address and those `allowed`, for no page can make a
    browser send these names to us unless it was loaded from us. On any other address `allowed` alone, and
    every name where none is given, as we cannot know what others call this machine. Ports do not matter:
    they may be forwarded.
    """

    def __init__(self, bound: str, allowed: Iterable[str] = ()) -> None:
        self.allowed = frozenset(name.casefold().strip("[]") for name in allowed)
        self._loopback = is_loopback_name(bound)
        self.checked = self._loopback or bool(self.allowed)
        self._ours = lru_cache(_MOST_NAMES)(self._is_ours)

    def __str__(self) -> str:
        return ", ".join([_LOOPBACK_NAME, "127.0.0.1", "[::1]", *sorted(self.allowed)])

    def expects(self, host: str) -> bool:
        """Return whether the Host header `host` is one of ours; an empty one is of no browser."""
        if not (self.checked and host):
            return True
        return len(host) <= _LONGEST_NAME and self._ours(host)

    def _is_ours(self, host: str) -> bool:
        name = name_of(host)
        return name in self.allowed or is_loopback_name(name)


def name_of(host: str) -> str:
    """Return the name or address in a Host header: without port and brackets, in lower case."""
    name = host.strip().casefold()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.rpartition(":")[0] if name.count(":") == 1 else name


def is_loopback_name(name: str) -> bool:
    """Return whether `name` can only mean this machine."""
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name == _LOOPBACK_NAME
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_foreign(fetch_site: str | None, origin: str | None, host: str, friends: Collection[str]) -> bool:
    """Return whether a page of another origin than ours made the browser send this request.

    By what the browser itself says in Sec-Fetch-Site, and for older ones by comparing `origin` with the
    name we were asked under. Programs send neither. `friends` are origins that may.
    """
    if origin and origin.casefold() in friends:
        return False
    if fetch_site:
        return fetch_site not in ("same-origin", "none")
    return bool(origin) and _place(str(origin).partition("://")[2]) != _place(host)


def page_policy(**sources: str) -> str:
    """Return a Content-Security-Policy that allows the given sources (`script="'self'"`) and nothing else."""
    return "; ".join(_directives(sources))


def _directives(sources: dict[str, str]) -> Iterator[str]:
    yield "default-src 'none'"
    yield from (f"{name}-src {allowed}" for name, allowed in sources.items())
    yield "base-uri 'none'"
    yield "form-action 'none'"
    yield "frame-ancestors 'none'"


def _place(host: str) -> str:
    return host.casefold().removesuffix(":80").removesuffix(":443")
