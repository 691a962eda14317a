"""A real server behind a proxy: the address that limits count is the client's, whatever a client writes."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.instance import running_api
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from tests.models import write_tiny_bundle

LIMIT = 5
Headers = list[tuple[str, str]]


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True):
            return True
    except (OSError, ValueError):
        return False


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server on an IPv6 socket, where IPv4 peers look like `::ffff:127.0.0.1`; we are its proxy."""
    home = tmp_path_factory.mktemp("proxied")
    write_tiny_bundle(Bundles(Blobs(str(Path(home) / "models"))))
    settings = {
        "host": "::" if has_ipv6() else "0.0.0.0",
        "require_keys": "no",
        "insecure": "true",
        "trusted_proxies": "127.0.0.1",
        "requests_per_minute": str(LIMIT),
    }
    with running_api(home, **settings) as instance:
        yield int(instance.url.rpartition(":")[2])


def statuses(port: int, times: int, headers: Headers) -> list[int]:
    found = []
    for _ in range(times):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.putrequest("GET", "/static/docs.js")
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        found.append(connection.getresponse().status)
        connection.close()
    return found


def test_each_client_of_the_proxy_has_its_limit_and_the_proxy_itself_none(port: int) -> None:
    assert 429 in statuses(port, 2 * LIMIT + 1, [("X-Forwarded-For", "198.51.100.1")])
    assert statuses(port, 1, [("X-Forwarded-For", "198.51.100.2")]) == [200]
    assert set(statuses(port, 3 * LIMIT, [])) == {200}  # that is loopback


@pytest.mark.parametrize(
    "forged",
    [
        [("X-Forwarded-For", "127.0.0.1, 203.0.113.1")],
        [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "203.0.113.1")],
        [("X_Forwarded_For", "127.0.0.1"), ("X-Forwarded-For", "203.0.113.1")],
        [("X-Forwarded-For", "203.0.113.1"), ("X_Forwarded_For", "127.0.0.1")],
        [("Forwarded", "for=127.0.0.1"), ("X-Forwarded-For", "203.0.113.1"), ("X-Real-IP", "127.0.0.1")],
    ],
)
def test_what_a_client_adds_on_its_way_to_the_proxy_changes_nothing(port: int, forged: Headers) -> None:
    assert 429 in statuses(port, 2 * LIMIT + 1, forged)
