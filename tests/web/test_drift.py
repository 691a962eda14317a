"""Drift over HTTP: in its own answer, in the status and for Prometheus."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.monitoring.answered import Answered
from lenswright.monitoring.expected_answers import KEY
from lenswright.registry.bundle import REPORT, Bundles
from lenswright.storage.blobs import Blobs
from lenswright.web.schemas.drift import DriftAnswer
from lenswright.web.schemas.status import StatusAnswer
from lenswright.web.services import Services
from tests.models import TASK, VERSION, photo_of, write_tiny_bundle
from tests.web.answers import body
from tests.web.conftest import Begin, client_of

KNOWN = [0.7 + 0.002 * number for number in range(100)]


@pytest.fixture
def services(begin: Begin, tmp_path: Path) -> Services:
    """A model whose report keeps 200 answers to validation photos, half of them cats."""
    bundles = Bundles(Blobs(str(tmp_path / "models")))
    write_tiny_bundle(bundles)
    kept = {"photos": 200, "predicted": [0, 1] * 100, "confidence": KNOWN * 2, "distance": KNOWN * 2}
    report = bundles.report(TASK, VERSION) | {KEY: kept}
    bundles.add(TASK, VERSION, {REPORT: json.dumps(report).encode()}, {})
    return begin()


def answer(services: Services, count: int, **changes: Any) -> None:
    """Note answers like those to the validation photos, but for `changes`."""
    began = services.clock() - 1_000
    for number in range(count):
        value = KNOWN[number % len(KNOWN)]
        usual = {"confidence": value, "distance": value, "predicted_class": ("cat", "dog")[number % 2]}
        said = {"task": TASK, "version": VERSION, "answer_status": "accepted", **usual, **changes}
        services.request_log.add(Answered(f"r-{number}", began + number, "POST /predict", 200, 5.0, **said))


def drift(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = body(client.get("/drift"), DriftAnswer)
    return found


def test_photos_like_those_of_the_test_are_said_to_be_alike(services: Services, client: FlaskClient) -> None:
    answer(services, 300)
    found = drift(client)
    assert (found["verdict"], found["photos"], found["version"]) == ("same", 300, VERSION)
    assert found["reference"] == {"split": "validation", "photos": 200}
    assert found["since"] < found["until"]
    assert (found["note"], found["advice"]) == (None, None)
    assert [entry["name"] for entry in found["classes"]] == ["cat", "dog"]
    assert sum(entry["expected"] for entry in found["confidence_bins"]) == pytest.approx(1, abs=0.001)
    assert found["confidence_bins"][-1]["high"] == 1.0


def test_strange_photos_are_said_to_be_strange_and_what_to_do(
    services: Services, client: FlaskClient
) -> None:
    answer(services, 300, confidence=0.6, distance=1.3)
    found = drift(client)
    assert found["verdict"] == "drifted"
    assert "less sure of its answers and they are farther from the photos it learnt from" in found["summary"]
    assert "train again" in found["advice"]
    assert found["distance"]["value"] > found["distance"]["drifted_from"]


def test_more_dogs_alone_are_a_note(services: Services, client: FlaskClient) -> None:
    answer(services, 300, predicted_class="dog")
    found = drift(client)
    assert found["verdict"] == "same"
    assert found["note"].startswith("dog is answered more often than in the test: 100 % instead of 50 %.")
    assert found["class_mix"]["level"] == "drifted"


def test_a_first_prediction_is_counted_and_says_nothing_yet(client: FlaskClient) -> None:
    client.post("/predict", data=photo_of(0))
    found = drift(client)
    assert (found["verdict"], found["photos"], found["confidence"]) == ("not_enough_traffic", 1, None)
    assert found["summary"].startswith("1 photo was classified one by one by this version so far; from 200")


def test_a_distance_is_kept_of_every_prediction(services: Services, client: FlaskClient) -> None:
    answer(services, 250)
    for number in range(3):
        client.post("/predict", data=photo_of(number % 2))
    found = drift(client)
    assert (found["photos"], found["distance"]["statistic"]) == (253, "ks")


def test_the_status_and_prometheus_show_the_same(services: Services, client: FlaskClient) -> None:
    answer(services, 300, confidence=0.6, distance=1.3)
    found = drift(client)
    assert body(client.get("/status"), StatusAnswer)["drift"] == found
    text = client.get("/metrics").text
    assert f'lenswright_drift_level{{task="{TASK}"}} 2.0' in text
    assert f'lenswright_drift_photos{{task="{TASK}"}} 300.0' in text
    for measure in ("class_mix", "confidence", "distance"):
        assert f'lenswright_drift_score{{measure="{measure}",task="{TASK}"}}' in text


def test_without_a_model_or_a_reference_that_is_said(begin: Begin) -> None:
    found = drift(client_of(begin()))
    assert (found["verdict"], found["version"]) == ("no_model", None)


def test_a_bundle_with_too_small_a_report_has_no_reference(begin: Begin, with_model: None) -> None:
    client = client_of(begin())
    found = drift(client)
    assert (found["verdict"], found["reference"]) == ("no_reference", None)
    assert "lenswright_drift_level{" not in client.get("/metrics").text
