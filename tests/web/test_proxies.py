"""Whose word is taken on where a request comes from: that of trusted proxies, as far as they know."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import pytest

from lenswright.web.proxies import TrustedProxies, address_of

PROXIES = ["10.0.0.0/8", "2001:db8:cafe::/48"]


def seen(peer: str, networks: Iterable[str] = PROXIES, **headers: str) -> dict[str, Any]:
    """Return the environment that the app gets to see."""
    found: dict[str, Any] = {}
    sent = {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in headers.items()}
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inner:5000", **sent}
    proxies = TrustedProxies(
        lambda environ, _: found.update(environ) or [], [ip_network(n) for n in networks]
    )
    proxies(environ, lambda *_: None)
    return found


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # forged by somebody who is no proxy
        ("203.0.113.9", "", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # forged through the proxy
        ("10.0.0.1", "127.0.0.1, 10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),  # two proxies
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),  # proxies all the way
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:51234", "198.51.100.1"),
        ("10.0.0.1", '"[2001:db8::7]:443"', "2001:db8::7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:cafe::1", "198.51.100.1, 10.0.0.1", "198.51.100.1"),
        ("2001:db8:beef::1", "198.51.100.1", "2001:db8:beef::1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),  # IPv4 over an IPv6 socket
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),  # what the proxy wrote is no address
        ("10.0.0.1", "198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "'; DROP TABLE, \x00", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1," * 5_000 + "10.0.0.2", "1.1.1.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_trusted_proxy(
    peer: str, chain: str, client: str
) -> None:
    assert seen(peer, **{"for": chain})["REMOTE_ADDR"] == client


def test_nobody_is_believed_where_no_proxy_is_named() -> None:
    got = seen("127.0.0.1", [], **{"for": "8.8.8.8", "proto": "https", "host": "evil.example"})
    assert (got["REMOTE_ADDR"], got["wsgi.url_scheme"], got["HTTP_HOST"]) == (
        "127.0.0.1",
        "http",
        "inner:5000",
    )


def test_scheme_and_host_are_taken_from_the_nearest_trusted_proxy() -> None:
    got = seen("10.0.0.1", proto="http, HTTPS", host="a.example, photos.example:8443")
    assert (got["wsgi.url_scheme"], got["HTTP_HOST"]) == ("https", "photos.example:8443")


@pytest.mark.parametrize(
    ("proto", "host"), [("gopher", "a b"), ("", ""), ("ftp", "a/b"), ("javascript", "x:y"), (",", "[::1")]
)
def test_a_scheme_or_a_host_that_is_none_changes_nothing(proto: str, host: str) -> None:
    got = seen("10.0.0.1", proto=proto, host=host)
    assert (got["wsgi.url_scheme"], got["HTTP_HOST"]) == ("http", "inner:5000")


@pytest.mark.parametrize("text", ["", "unknown", "_hidden", "256.1.1.1", "1.2.3", "::1::", "a" * 10_000])
def test_what_is_no_address_is_none(text: str) -> None:
    assert address_of(text) is None
