"""Versions over HTTP: lists, downloads, promotions, the way back."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lenswright.web.schemas.models import ModelDetailAnswer, ModelsAnswer, PromotedAnswer
from lenswright.web.schemas.training import SubmittedAnswer
from lenswright.web.services import Services
from tests.models import VERSION, photo_of, tiny_summary, write_tiny_bundle
from tests.web.answers import body, problem
from tests.web.conftest import Begin, client_of

SECOND = "20261121-080000-0002"


@pytest.fixture
def second(services: Services) -> str:
    """A second version, registered as a trained one that was not promoted."""
    manifest = write_tiny_bundle(services.bundles, version=SECOND, classes=("moggy", "pooch"), run_id=3)
    verdict = {"promote": False, "reason": "Not better.", "numbers": {"p": 0.7}}
    services.versions.register(manifest, tiny_summary(services.bundles, manifest), verdict)
    return SECOND


def predicted(client: FlaskClient) -> str:
    return str(client.post("/predict", data=photo_of(0)).json["predicted_class"])


def test_versions_are_listed_with_what_was_measured(client: FlaskClient, second: str) -> None:
    said = body(client.get("/models"), ModelsAnswer)
    assert said["champion"] == VERSION
    by_version = {entry["version"]: entry for entry in said["models"]}
    assert by_version[VERSION]["serving"]
    assert by_version[VERSION]["metrics"]["accuracy"] == 1.0
    assert not by_version[second]["serving"]
    assert by_version[second]["verdict"]["reason"] == "Not better."


def test_one_version_shows_manifest_files_and_history(client: FlaskClient) -> None:
    said = body(client.get(f"/models/{VERSION}"), ModelDetailAnswer)
    assert said["manifest"]["classes"] == ["cat", "dog"]
    assert "model.onnx" in {entry["name"] for entry in said["files"]}
    assert [change["version"] for change in said["history"]] == [VERSION]


def test_its_report_and_files_can_be_had(client: FlaskClient) -> None:
    assert client.get(f"/models/{VERSION}/report").json["classes"] == ["cat", "dog"]
    card = client.get(f"/models/{VERSION}/files/MODEL_CARD.md")
    assert card.headers["Content-Disposition"] == "attachment; filename=MODEL_CARD.md"
    assert b"cats-vs-dogs" in card.data
    manifest = json.loads(client.get(f"/models/{VERSION}/files/manifest.json").data)
    assert manifest["version"] == VERSION


@pytest.mark.parametrize(
    "path", ["/models/none", "/models/none/report", f"/models/{VERSION}/files/secret", "/models/%2e%2e"]
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404, "not_found")


def test_a_file_outside_the_bundle_cannot_be_had(client: FlaskClient) -> None:
    assert client.get(f"/models/{VERSION}/files/../../../data/lenswright.db").status_code == 404
    problem(client.get(f"/models/{VERSION}/files/..%2f..%2fdata"), 404, "unknown_path")


def test_a_promoted_version_answers_at_once_and_a_rollback_brings_the_old_one_back(
    client: FlaskClient, second: str
) -> None:
    wish = {"reason": "we like it", "override": True}
    said = body(client.post(f"/models/{second}/promote", json=wish), PromotedAnswer)
    assert said == {"task": "cats-vs-dogs", "version": second, "previous": VERSION}
    assert predicted(client) == "moggy"
    newest = client.get(f"/models/{second}").json["history"][0]
    assert (newest["reason"], newest["overridden"]) == ("we like it", True)
    back = body(client.post("/models/rollback?task=cats-vs-dogs"), PromotedAnswer)
    assert back == {"task": "cats-vs-dogs", "version": VERSION, "previous": second}
    assert predicted(client) == "cat"


def test_a_damaged_version_is_not_promoted_and_the_old_one_goes_on(
    client: FlaskClient, second: str, tmp_path: Path
) -> None:
    network = tmp_path / "models" / "cats-vs-dogs" / second / "model.onnx"
    network.write_bytes(network.read_bytes()[:-1] + b"x")
    wish = {"reason": "we like it", "override": True}
    detail = problem(client.post(f"/models/{second}/promote", json=wish), 422, "bundle_refused")
    assert "model.onnx" in detail
    assert client.get("/models").json["champion"] == VERSION
    assert predicted(client) == "cat"


def test_a_version_with_other_golden_answers_is_not_promoted(client: FlaskClient, services: Services) -> None:
    golden = {"seed": 7, "probabilities": [[0.5, 0.5]] * 4}
    manifest = write_tiny_bundle(services.bundles, version=SECOND, golden=golden)
    services.versions.register(manifest, tiny_summary(services.bundles, manifest), None)
    detail = problem(client.post(f"/models/{SECOND}/promote"), 422, "bundle_refused")
    assert "golden answers" in detail


def test_what_the_gate_refused_is_promoted_only_on_purpose(client: FlaskClient, second: str) -> None:
    detail = problem(client.post(f"/models/{second}/promote"), 409, "gate_refused")
    assert "Not better." in detail
    assert '"override": true' in detail
    path = f"/models/{second}/promote"
    problem(client.post(path, json={"reason": "we like it"}), 409, "gate_refused")
    problem(client.post(path, json={"override": "yes"}), 400, "malformed_request")
    assert "a reason" in problem(client.post(path, json={"override": True}), 422, "unusable_input")
    assert client.get("/models").json["champion"] == VERSION


def test_an_export_is_a_run_of_that_version(client: FlaskClient) -> None:
    answer = client.post(f"/models/{VERSION}/export", json={"formats": ["tflite"]})
    said = body(answer, SubmittedAnswer, status=202)
    assert (said["kind"], said["task"]) == ("export", "cats-vs-dogs")
    asked = client.get(said["status_url"]).json["request"]
    assert (asked["version"], asked["formats"]) == (VERSION, ["tflite"])


def test_an_export_that_cannot_be_is_refused(client: FlaskClient) -> None:
    path = f"/models/{VERSION}/export"
    problem(client.post("/models/none/export", json={"formats": ["tflite"]}), 404, "not_found")
    problem(client.post(path, json={"formats": "tflite"}), 400, "malformed_request")
    assert "'formats'" in problem(client.post(path, json={"formats": ["coreml"]}), 422, "unusable_input")
    assert "'formats'" in problem(client.post(path), 422, "unusable_input")
    assert client.post(path, json={"formats": ["tflite"]}).status_code == 202
    problem(client.post(path, json={"formats": ["saved_model"]}), 409, "run_in_progress")


def test_promotions_that_cannot_be_are_refused(client: FlaskClient) -> None:
    problem(client.post("/models/none/promote"), 404, "not_found")
    problem(client.post(f"/models/{VERSION}/promote", json={"reason": 7}), 400, "malformed_request")
    problem(client.post("/models/rollback"), 409, "conflict")
    problem(client.post("/models/rollback?task=birds"), 409, "conflict")


def test_a_damaged_model_at_start_is_told_and_the_service_goes_on(
    begin: Begin, with_model: None, tmp_path: Path
) -> None:
    begin().close()
    (tmp_path / "models" / "cats-vs-dogs" / VERSION / "model.onnx").write_bytes(b"damaged")
    client = client_of(begin())
    status = client.get("/status").json
    assert status["status"] == "no_model"
    assert "model.onnx" in status["model_problem"]
    assert client.get("/health/ready").status_code == 200
    problem(client.post("/predict", data=photo_of(0)), 503, "no_model")
