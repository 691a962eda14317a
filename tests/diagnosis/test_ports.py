import socket
from collections.abc import Iterator

import pytest

from lenswright.diagnosis.ports import check_port
from tests.dashboard.fake_api import FakeApi
from tests.diagnosis.conftest import free_port

LIVE = {"path": "/health/live", "sign": b'"status"'}


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_port_nobody_uses_is_free() -> None:
    assert check_port("API port", "127.0.0.1", free_port(), **LIVE).message.endswith("is free")


def test_a_port_that_lenswright_answers_is_well(fake: FakeApi) -> None:
    host, port = fake.url.removeprefix("http://").split(":")
    finding = check_port("API port", host, int(port), path="/status", sign=b"{")
    assert (finding.status, finding.message) == ("ok", f"{host}:{port} is answered by lenswright")


def test_a_port_that_something_else_holds_is_a_problem(mute: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenswright.diagnosis.ports.TIMEOUT_S", 0.1)
    finding = check_port("API port", "127.0.0.1", mute, **LIVE)
    assert finding.status == "problem"
    assert "choose another --port" in finding.advice
