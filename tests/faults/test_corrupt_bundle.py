"""Damaged model files: met when promoted, beneath a model that serves, and at the start."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Note
from tests.faults.service import FIRST, SECOND, Service, stock
from tests.models import TASK, photo_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

Damage = Callable[[Path], None]


def flip_bytes(folder: Path) -> None:
    data = bytearray((folder / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 0xFF
    (folder / "model.onnx").write_bytes(data)


def cut_network(folder: Path) -> None:
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:100])


def cut_manifest(folder: Path) -> None:
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text[: len(text) // 2])


def change_checksum(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["model.onnx"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))


def lose_network(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def lose_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def lose_folder(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


DAMAGES = [flip_bytes, cut_network, cut_manifest, change_checksum, lose_network, lose_manifest, lose_folder]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("bundles") / "home"
    stock(home)
    started = Service(home, bundled_models=str(home.parent / "none")).start()
    yield started
    started.close()


@pytest.fixture(autouse=True)
def mended(service: Service) -> Iterator[None]:
    """Mend both bundles after the test, and let the second serve."""
    yield
    stock(service.home)
    assert service.promote(SECOND).ok


def folder_of(service: Service, version: str) -> Path:
    return service.home / "models" / TASK / version


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_model_is_refused_and_the_champion_goes_on(service: Service, damage: Damage) -> None:
    damage(folder_of(service, FIRST))
    answer = service.promote(FIRST)
    assert answer.status_code in (404, 422), answer.text
    assert FIRST in answer.json()["detail"]
    assert service.champion() == SECOND
    assert service.predict(photo_of(0))["model_version"] == SECOND
    for path in (f"/models/{FIRST}", f"/models/{FIRST}/report", f"/models/{FIRST}/files/model.onnx"):
        assert service.answer(path).status_code in (200, 404, 422)
    assert service.answer("/models", task=TASK).ok
    assert service.answer("/status", task=TASK).ok


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_files_damaged_beneath_the_model_that_serves_change_no_answer(
    service: Service, damage: Damage, note: Note
) -> None:
    before = service.predict(photo_of(0))["probabilities"]
    damage(folder_of(service, SECOND))
    assert service.predict(photo_of(0))["probabilities"] == before
    assert service.answer("/status", task=TASK).ok
    assert service.answer("/models", task=TASK).ok
    assert service.promote(FIRST).ok
    refused = service.post("/models/rollback", json={"task": TASK})
    assert refused.status_code in (404, 422), refused.text
    assert service.predict(photo_of(0))["model_version"] == FIRST
    note(
        "model files damaged or missing: at a promotion, beneath the model that serves",
        seen="422 or 404 that names the file; the champion answers on",
        figure=f"0 changed answers after {damage.__name__.replace('_', ' ')}",
    )


@pytest.mark.parametrize("damage", [flip_bytes, lose_folder], ids=lambda damage: damage.__name__)
def test_a_champion_damaged_while_nothing_ran_gives_way_to_the_one_before(
    service: Service, damage: Damage, note: Note
) -> None:
    assert service.promote(FIRST).ok
    service.kill()
    damage(folder_of(service, FIRST))
    service.start()
    assert service.predict(photo_of(0))["model_version"] == SECOND
    status = service.get("/status", task=TASK)
    assert (status["status"], status["model_version"]) == ("ok", SECOND)
    assert FIRST in status["model_problem"]
    assert service.champion() == FIRST  # which somebody may yet mend
    note(
        "champion damaged at the start",
        seen="the version before answers, under its own name; /status and the log name the damage",
        figure="first answer as after any start",
    )
