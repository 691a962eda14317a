"""The main job through the front door: upload, train, be judged, be served, go back. Nothing is faked."""

import io
import os
import signal
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.builders import photo
from tests.e2e.conftest import LiveInstance

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]

TASK = "colours"
COLOURS = {"blue": (40, 60, 200), "red": (200, 60, 40)}


def photo_of(name: str, seed: int) -> bytes:
    return photo(COLOURS[name], width=96, height=80, seed=seed)


def zip_of_folders(count: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in COLOURS:
            for seed in range(count):
                archive.writestr(f"{name}/{name}-{seed}.jpg", photo_of(name, seed))
    return stream.getvalue()


def predict(instance: LiveInstance, data: bytes, task: str = TASK) -> dict[str, Any]:
    answer = instance.post(f"/predict?task={task}", files={"image": ("photo.jpg", data)})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def wait_until_serving(instance: LiveInstance, version: str) -> None:
    deadline = time.monotonic() + 3.0  # the promise: every instance swaps within three seconds
    while instance.get("/status", task=TASK)["model_version"] != version:
        assert time.monotonic() < deadline, "the new model does not serve"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def first_model(instance: LiveInstance) -> str:
    """Return the version trained from a zip of class folders."""
    upload = instance.post(
        "/upload-data", files={"files[]": ("photos.zip", zip_of_folders(24))}, data={"task": TASK}
    )
    assert upload.status_code == 201, upload.text
    assert upload.json()["stored"] == 48
    started = instance.post("/train", json={"task": TASK, "epochs": 15})
    assert started.status_code == 202, started.text
    second = instance.post("/train", json={"task": TASK})
    assert (second.status_code, second.json()["run_id"]) == (409, started.json()["run_id"])
    status = instance.finished_run(started.json()["run_id"])
    assert status["state"] == "completed", status
    assert status["verdict"]["promote"], status["verdict"]
    assert len(status["history"]) >= 1
    wait_until_serving(instance, status["version"])
    return str(status["version"])


def test_the_shipped_model_answers_a_fresh_instance(instance: LiveInstance) -> None:
    answer = predict(instance, photo_of("red", 1), task="cats-vs-dogs")
    assert answer["predicted_class"] in ("cat", "dog")
    assert sum(answer["probabilities"].values()) == pytest.approx(1.0, abs=1e-4)


def test_a_trained_model_answers_photos_it_never_saw(instance: LiveInstance, first_model: str) -> None:
    answers = [
        (name, predict(instance, photo_of(name, 1000 + seed))) for name in COLOURS for seed in range(10)
    ]
    assert {answer["model_version"] for _, answer in answers} == {first_model}
    assert sum(answer["predicted_class"] == name for name, answer in answers) >= 18


def test_its_report_and_files_can_be_had(instance: LiveInstance, first_model: str) -> None:
    report = instance.get(f"/models/{first_model}/report")
    assert sum(map(sum, report["confusion_matrix"]["counts"])) == report["metrics"]["test_photos"]
    names = {file["name"] for file in instance.get(f"/models/{first_model}")["files"]}
    assert {"model.onnx", "model.keras", "report.json", "MODEL_CARD.md"} <= names


def test_a_retrain_labels_what_it_is_given_and_never_interrupts_the_service(
    instance: LiveInstance, first_model: str
) -> None:
    files = [
        ("files[]", (f"{name}-{seed}.jpg", photo_of(name, 300 + seed))) for name in COLOURS for seed in (0, 1)
    ]
    results = instance.post("/upload-data", files=files, data={"task": TASK}).json()["results"]
    failures: list[str] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            answer = instance.post(f"/predict?task={TASK}", files={"image": ("p.jpg", photo_of("red", 7))})
            if answer.status_code != 200:
                failures.append(answer.text)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    named = [results[0]["id"], results[1]["path"], results[2]["id"], results[3]["id"]]
    order = {"task": TASK, "epochs": 15, "files": named, "labels": ["blue", "blue", "red", "red"]}
    started = instance.post("/retrain", json=order)
    assert started.status_code == 202, started.text
    status = instance.finished_run(started.json()["run_id"])
    assert status["state"] == "completed", status
    assert instance.get("/dataset", task=TASK)["labelled"] == 52
    if status["verdict"]["promote"]:
        wait_until_serving(instance, status["version"])
        back = instance.post(f"/models/rollback?task={TASK}").json()
        assert (back["version"], back["previous"]) == (first_model, status["version"])
        wait_until_serving(instance, first_model)
    done.set()
    asking.join()
    assert failures == []


def test_a_stop_ends_a_run_within_five_seconds(instance: LiveInstance, first_model: str) -> None:
    order = {"task": TASK, "preset": "scratch", "size_px": 64, "minutes": 30, "weights": "none"}
    run_id = instance.post("/train", json=order).json()["run_id"]
    deadline = time.monotonic() + 90
    while not instance.get("/training-status", run_id=run_id)["history"]:
        assert time.monotonic() < deadline, instance.get("/training-status", run_id=run_id)
        time.sleep(0.2)
    asked = time.monotonic()
    assert instance.post("/training/stop", json={"run_id": run_id}).status_code == 202
    assert instance.finished_run(run_id)["state"] == "stopped"
    assert time.monotonic() - asked < 6.0  # five, and one for the polling here
    assert instance.get("/status", task=TASK)["model_version"] == first_model


def test_a_killed_trainer_is_a_failed_run_and_the_service_goes_on(
    instance: LiveInstance, first_model: str
) -> None:
    order = {"task": TASK, "preset": "scratch", "size_px": 64, "minutes": 30, "weights": "none"}
    run_id = instance.post("/train", json=order).json()["run_id"]
    while instance.get("/training-status", run_id=run_id)["state"] == "queued":
        time.sleep(0.05)
    time.sleep(1.0)
    os.kill(trainer_of(run_id), signal.SIGKILL)
    status = instance.finished_run(run_id, timeout_s=20)
    assert status["state"] == "failed"
    assert "trainer" in status["error"] or "process" in status["error"]
    assert predict(instance, photo_of("blue", 5))["model_version"] == first_model


def trainer_of(run_id: int) -> int:
    """Return the process that works on the run."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"lenswright.training" in words and str(run_id).encode() in words:
                return int(entry.name)
    raise AssertionError(f"no process works on run {run_id}")
