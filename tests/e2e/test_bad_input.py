"""A service whose weights file is cut short: a bad run fails with its reason, and all else goes on."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.builders import make_class_zip, make_photo
from tests.e2e.conftest import LiveInstance, start_instance

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]

TASK = "shapes"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInstance]:
    folder = tmp_path_factory.mktemp("bad-input")
    weights = folder / "mobilenet_v2.weights.h5"
    with h5py.File(weights, "w") as file:
        file["layers/stem/vars/0"] = np.zeros(100_000)
    weights.write_bytes(weights.read_bytes()[:400_000])
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LENSWRIGHT_BACKBONE_WEIGHTS", str(folder))
        live = start_instance(folder / "home", folder / "api.log")
    photos = ("files[]", ("shapes.zip", make_class_zip(12)))
    assert live.post("/upload-data", files=[photos], data={"task": TASK}).json()["stored"] == 24
    yield live
    live.process.terminate()
    assert live.process.wait(20) == 0, (folder / "api.log").read_text()


def run_of(instance: LiveInstance, **wish: Any) -> dict[str, Any]:
    started = instance.post("/train", json={"task": TASK, **wish})
    assert started.status_code == 202, started.text
    return instance.finished_run(started.json()["run_id"])


def assert_healthy(instance: LiveInstance) -> None:
    assert instance.get("/health/ready")["status"] == "ok"
    answer = instance.post("/predict?task=cats-vs-dogs", files={"image": ("p.jpg", make_photo())})
    assert answer.status_code == 200, answer.text


def test_weights_that_are_cut_short_fail_the_run_by_name_and_nothing_else(instance: LiveInstance) -> None:
    status = run_of(instance, weights="file", backbone="mobilenet_v2")
    assert status["state"] == "failed"
    assert "mobilenet_v2.weights.h5" in status["error"]
    assert "does not fit" in status["error"]
    assert_healthy(instance)


def test_a_loss_that_is_no_number_fails_the_run_and_nothing_else(instance: LiveInstance) -> None:
    wish = {"learning_rate": 10, "weight_decay": 1, "batch_size": 4, "epochs": 200, "patience": 200}
    status = run_of(instance, weights="bundled", **wish)
    assert status["state"] == "failed"
    assert "learning rate" in status["error"]
    assert_healthy(instance)


def test_a_disk_that_refuses_the_model_fails_the_run_and_nothing_else(instance: LiveInstance) -> None:
    in_the_way = instance.home / "models" / TASK
    in_the_way.write_bytes(b"a file where a folder should be")
    status = run_of(instance, weights="bundled", epochs=2, int8=False)
    in_the_way.unlink()
    assert (status["state"], status["version"]) == ("failed", None)
    assert "could not be written" in status["error"]
    assert instance.get("/models", task=TASK)["models"] == []
    assert_healthy(instance)


def test_of_two_starts_at_once_one_is_taken_and_the_other_is_told_so(instance: LiveInstance) -> None:
    together = threading.Barrier(2)
    answers: list[Any] = []

    def start() -> None:
        together.wait()
        answers.append(instance.post("/train", json={"task": TASK, "weights": "bundled", "epochs": 2}))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (taken.status_code, refused.status_code) == (202, 409), [answer.text for answer in answers]
    assert refused.json()["run_id"] == taken.json()["run_id"]
    assert instance.finished_run(taken.json()["run_id"])["state"] == "completed"


def test_one_photo_of_each_class_is_refused_at_once_with_the_counts(instance: LiveInstance) -> None:
    photos = ("files[]", ("few.zip", make_class_zip(1)))
    instance.post("/upload-data", files=[photos], data={"task": "few"})
    answer = instance.post("/train", json={"task": "few"})
    assert answer.status_code == 422
    assert "circle: 1, square: 1" in answer.json()["detail"]


def test_a_folder_named_as_the_weights_that_holds_none_is_said_so(instance: LiveInstance) -> None:
    status = run_of(instance, weights="file", backbone="vgg16")
    assert status["state"] == "failed"
    assert "vgg16*.h5" in status["error"]


def test_files_left_by_failed_runs_are_no_models(instance: LiveInstance) -> None:
    versions = {entry["version"] for entry in instance.get("/models", task=TASK)["models"]}
    whole = {file.parent.name for file in Path(instance.home, "models", TASK).glob("*/manifest.json")}
    assert versions == whole
