"""The commands that look at the machine, called as a person calls them."""

import io
import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from lenswright.cli.__main__ import main
from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import open_database
from tests.cli.conftest import Called
from tests.models import TASK, VERSION, write_tiny_bundle

Call = Callable[..., Called]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Called:
        out, err = io.StringIO(), io.StringIO()
        return Called(main(arguments, out, err), out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose model serves, on ports that are free."""
    write_tiny_bundle(Bundles(Blobs(str(tmp_path / "home" / "models"))), int8=True)
    database = open_database(f"sqlite:///{tmp_path / 'home' / 'data' / 'lenswright.db'}")
    Promotion(database).promote(TASK, VERSION, "", "test")
    database.close()
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _free_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "DASHBOARD_PORT"):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            monkeypatch.setenv(f"LENSWRIGHT_{name}", str(probe.getsockname()[1]))


def test_a_doctor_who_finds_no_problem_says_so_with_status_0(call: Call, home: Path) -> None:
    called = call("doctor", "--home", str(home))
    assert called.status == 0, called.out
    assert f"model of {TASK}" in called.out
    assert "PROBLEM" not in called.out
    assert called.out.rstrip().splitlines()[-1].endswith(("All is well.", "it can serve."))


def test_a_damaged_model_is_a_problem_with_status_1(call: Call, home: Path) -> None:
    (home / "models" / TASK / VERSION / "model.onnx").write_bytes(b"no network")
    called = call("doctor", "--home", str(home), "--json")
    record = json.loads(called.out)
    assert (called.status, record["ok"], record["home"]) == (1, False, str(home))
    problems = [row for row in record["checks"] if row["status"] == "problem"]
    assert problems
    assert all("model.onnx" in row["message"] and row["advice"] for row in problems)


def test_an_occupied_port_is_a_problem(call: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenswright.diagnosis.ports.TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("LENSWRIGHT_PORT", str(other.getsockname()[1]))
        called = call("doctor", "--home", str(home))
    assert called.status == 1
    assert "PROBLEM  API port" in called.out


def test_a_setting_that_cannot_be_read_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSWRIGHT_QUEUE_SIZE", "many")
    called = call("doctor", "--json")
    first = json.loads(called.out)["checks"][0]
    assert (called.status, first["check"], first["status"]) == (1, "settings", "problem")
    assert "LENSWRIGHT_QUEUE_SIZE" in first["message"]


def test_a_machine_is_measured_and_the_settings_are_lines_of_an_env_file(call: Call, home: Path) -> None:
    called = call("tune-serving", "--home", str(home), "--seconds", "1")
    assert called.status == 0, called.err
    assert called.out.startswith(f"{TASK}, model {VERSION}, ")
    settings = [line.split("=")[0] for line in called.out.splitlines() if line.startswith("LENSWRIGHT_")]
    assert settings == [
        "LENSWRIGHT_CONCURRENT_PREDICTIONS",
        "LENSWRIGHT_QUEUE_SIZE",
        "LENSWRIGHT_THREADS",
    ]


def test_without_a_model_there_is_nothing_to_measure(call: Call, home: Path) -> None:
    called = call("tune-serving", "--home", str(home), "--task", "birds", "--seconds", "1", "--json")
    assert (called.status, called.out) == (1, "")
    assert "birds" in called.err


@pytest.mark.parametrize(("load", "busy"), [(0.0, False), (1000.0, True)])
def test_a_machine_that_is_busy_already_is_told(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch, load: float, busy: bool
) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0.0, 0.0))
    called = call("tune-serving", "--home", str(home), "--seconds", "1", "--json")
    assert json.loads(called.out)["busy"] is busy
    assert ("keeps the CPUs busy" in called.err) is busy
