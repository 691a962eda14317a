"""Names that are ours, pages that are not."""

import pytest

from lenswright.browser_safety import HostNames, is_foreign, name_of, page_policy

OURS = [
    "localhost",
    "localhost:5000",
    "LOCALHOST:80",
    "127.0.0.1",
    "127.0.0.1:5000",
    "127.9.9.9",
    "[::1]:5000",
    "[::1]",
    "",
]
FOREIGN = [
    "evil.example",
    "evil.example:5000",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "192.168.1.7:5000",
    "0.0.0.0:5000",
    "evil@127.0.0.1",
    "127.0.0.1#",
    "127.0.0.1:5000:5000",
    "2130706433",
    "a" * 100_000,
]


@pytest.mark.parametrize("bound", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_what_listens_on_loopback_is_asked_under_loopback_names_only(bound: str) -> None:
    names = HostNames(bound)
    assert [host for host in OURS if not names.expects(host)] == []
    assert [host for host in FOREIGN if names.expects(host)] == []


def test_further_names_are_a_setting_whatever_their_case_and_port() -> None:
    names = HostNames("127.0.0.1", ["Photos.Example", "[2001:db8::7]"])
    assert names.expects("photos.example:8443")
    assert names.expects("[2001:db8::7]:5000")
    assert names.expects("localhost")
    assert not names.expects("evil.example")
    assert "photos.example" in str(names)


def test_on_other_addresses_names_are_checked_only_where_they_are_given() -> None:
    assert HostNames("0.0.0.0").expects("anything.example")
    assert not HostNames("0.0.0.0", ["photos.example"]).expects("evil.example")


@pytest.mark.parametrize(
    ("fetch_site", "origin", "foreign"),
    [
        (None, None, False),  # curl
        ("same-origin", "http://127.0.0.1:5000", False),
        ("none", None, False),  # typed by the user
        ("cross-site", "https://evil.example", True),
        ("cross-site", None, True),
        ("same-site", "http://127.0.0.1:3000", True),  # another program on this machine
        ("same-origin", "https://photos.example", False),  # the browser saw the name that a proxy replaced
        (None, "http://127.0.0.1:5000", False),  # an old browser
        (None, "http://127.0.0.1:3000", True),
        (None, "https://evil.example", True),
        (None, "null", True),  # a sandboxed page, a file
        ("cross-site", "https://friend.example", False),
        (None, "https://FRIEND.example", False),
        ("cross-site", "https://friend.example.evil.example", True),
        ("nonsense", None, True),
    ],
)
def test_a_page_of_another_origin_is_foreign_unless_it_is_a_friend(
    fetch_site: str | None, origin: str | None, foreign: bool
) -> None:
    assert is_foreign(fetch_site, origin, "127.0.0.1:5000", {"https://friend.example"}) is foreign


def test_default_ports_make_no_difference() -> None:
    assert not is_foreign(None, "https://photos.example", "photos.example:443", ())


@pytest.mark.parametrize(
    ("host", "name"), [("A.b:1", "a.b"), ("[::1]:5", "::1"), ("::1", "::1"), ("x", "x"), ("", "")]
)
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert name_of(host) == name


def test_a_policy_allows_what_it_names_and_nothing_else() -> None:
    policy = page_policy(script="'self'")
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert policy.endswith("frame-ancestors 'none'")
