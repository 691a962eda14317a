"""What real processes write: every line one JSON object that names what it belongs to."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from benchmarks.instance import free_port
from lenswright.registry.bundle import Bundles
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import open_database
from tests.models import TASK, VERSION, photo_of, write_tiny_bundle

APP = Path(__file__).parents[1] / "app.py"
USUAL = {"event", "level", "logger", "timestamp", "service"}


def environment(home: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "LENSWRIGHT" not in name}
    named = {f"LENSWRIGHT_{name.upper()}": value for name, value in settings.items()}
    return {**kept, "LENSWRIGHT_HOME": str(home), "LENSWRIGHT_BUNDLED_MODELS": str(home / "none"), **named}


def records(said: str) -> list[dict[str, Any]]:
    """Return the lines, each of which is a whole JSON object with the usual members."""
    found: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    assert all(record.keys() >= USUAL for record in found), said
    return found


def test_every_line_of_a_request_has_its_id_and_the_version_that_was_asked(tmp_path: Path) -> None:
    write_tiny_bundle(Bundles(Blobs(str(tmp_path / "models"))))
    port = free_port()
    api = subprocess.Popen(
        [sys.executable, str(APP), "--port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path, log_requests="all"),
    )
    try:
        said = _use(api, f"http://127.0.0.1:{port}")
    finally:
        api.kill()
    served = [record for record in said if record.get("request_id") in ("good-1", "bad-1", "other-1")]
    assert [(record["request_id"], record["status"]) for record in served] == [
        ("good-1", 200),
        ("bad-1", 415),
        ("other-1", 404),
    ]
    asked = [{"task": TASK, "model_version": VERSION}] * 2 + [{}]
    assert [
        {key: record[key] for key in ("task", "model_version") if key in record} for record in served
    ] == asked
    assert all(record["duration_ms"] > 0 for record in served)
    assert {(record["service"], record["port"]) for record in said} == {("api", port)}
    loaded = next(record for record in said if record["event"].endswith(f"serves {TASK}"))
    assert (loaded["task"], loaded["model_version"], "request_id" in loaded) == (TASK, VERSION, False)


def _use(api: "subprocess.Popen[str]", url: str) -> list[dict[str, Any]]:
    """Send a photo, something else, and a request for what is not there; stop; return what was logged."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            if requests.get(f"{url}/health/ready", timeout=5).ok:
                break
        except requests.ConnectionError:
            time.sleep(0.05)
    for name, path, data in (
        ("good-1", "/predict", photo_of(0)),
        ("bad-1", "/predict", b"no photo"),
        ("other-1", "/nothing", b"x"),
    ):
        requests.post(url + path, data=data, headers={"X-Request-ID": name}, timeout=10)
    api.send_signal(signal.SIGTERM)
    return records(api.communicate(timeout=30)[1])


def test_every_line_of_a_trainer_has_the_id_of_its_run(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'lenswright.db'}")
    run = Journal(database).create(TrainingRequest(task=TASK, kind="check"), "here")
    database.close()
    done = subprocess.run(
        [sys.executable, "-m", "lenswright.training", "--run-id", str(run.id)],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=False,
        timeout=60,
    )
    said = records(done.stderr)
    assert done.returncode == 1
    assert said[-1]["event"].startswith("the run failed: ")
    assert {(record["service"], record["run_id"]) for record in said} == {("trainer", run.id)}
