"""`python app.py` on an address that others reach: refused, opened by a key, or open on purpose."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from benchmarks.instance import free_port

APP = Path(__file__).parents[2] / "app.py"
LIMIT_S = 60.0
PROMISED_S = 3.0


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LENSWRIGHT")}
    return kept | {"LENSWRIGHT_HOME": str(home), "LENSWRIGHT_BUNDLED_MODELS": str(home / "none")}


def command(port: int, *more: str) -> list[str]:
    return [sys.executable, str(APP), "--host", "0.0.0.0", "--port", str(port), *more]


def keys(home: Path, *arguments: str) -> str:
    """Run `lenswright keys` and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "lenswright.cli", "keys", *arguments],
        env=environment(home), cwd=home, capture_output=True, text=True, check=True, timeout=LIMIT_S,
    )  # fmt: skip
    return done.stdout.strip()


@contextmanager
def running(home: Path, *more: str) -> Iterator[tuple[str, Path]]:
    """Run the API on every address until the block ends; lend its URL and the file of its log."""
    port, log = free_port(), home / "log"
    with log.open("w") as lines:
        process = subprocess.Popen(command(port, *more), stderr=lines, env=environment(home), cwd=home)
    url, ends = f"http://127.0.0.1:{port}", time.monotonic() + LIMIT_S
    try:
        while not answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.05)
        yield url, log
    finally:
        process.terminate()
        process.wait(LIMIT_S)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health/ready", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_without_a_key_it_does_not_start_and_says_how_to_make_one(tmp_path: Path) -> None:
    done = subprocess.run(
        command(free_port()), env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True,
        timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert f"lenswright keys create NAME --role admin --home {tmp_path}" in done.stderr
    assert "--insecure" in done.stderr
    assert "Traceback" not in done.stderr


def test_with_a_key_it_starts_and_a_revocation_from_the_command_line_reaches_it(tmp_path: Path) -> None:
    admin = keys(tmp_path, "create", "first", "--role", "admin")
    with running(tmp_path) as (url, log):
        assert requests.get(f"{url}/status", timeout=10).status_code == 401
        assert requests.get(f"{url}/keys", headers={"X-API-Key": admin}, timeout=10).json()["needed"]
        late = keys(tmp_path, "create", "late", "--role", "viewer")
        as_late = {"Authorization": f"Bearer {late}"}
        assert requests.get(f"{url}/status", headers=as_late, timeout=10).status_code == 200
        keys(tmp_path, "revoke", "2")
        revoked_at = time.monotonic()
        while (found := requests.get(f"{url}/status", headers=as_late, timeout=10)).status_code == 200:
            assert time.monotonic() - revoked_at < PROMISED_S
            time.sleep(0.05)
        assert found.json()["code"] == "invalid_key"
    said = log.read_text()
    assert "-> 401" in said
    assert admin.rpartition("_")[2] not in said
    assert late.rpartition("_")[2] not in said


def test_on_purpose_it_starts_open_to_all_and_warns(tmp_path: Path) -> None:
    with running(tmp_path, "--insecure") as (url, log):
        assert requests.get(f"{url}/keys", timeout=10).json() == {"keys": [], "needed": False}
    assert "everybody who reaches 0.0.0.0 can do everything" in log.read_text()


@pytest.mark.parametrize("script", ["app.py", "dashboard.py"])
def test_the_way_to_open_it_is_in_the_help(script: str) -> None:
    told = subprocess.run(
        [sys.executable, str(APP.with_name(script)), "--help"],
        capture_output=True, text=True, check=True, timeout=LIMIT_S,
    )  # fmt: skip
    assert "--insecure" in told.stdout
