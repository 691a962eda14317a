"""Photos that come again are answered from memory, where that is asked for; everybody can see it."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from lenswright.web.schemas.prediction import PredictionAnswer
from lenswright.web.schemas.status import StatusAnswer
from tests.models import VERSION, photo_of, write_tiny_bundle
from tests.web.answers import body, problem
from tests.web.conftest import Begin, client_of

CAT, DOG = photo_of(0), photo_of(1)


@pytest.fixture
def caching(begin: Begin, with_model: None) -> FlaskClient:
    services = begin(answer_cache_mb=1)
    return client_of(services)


def ask(client: FlaskClient, data: bytes, query: str = "") -> Any:
    return body(client.post(f"/predict{query}", data=data), PredictionAnswer)


def test_a_photo_that_comes_again_gets_the_same_answer_marked_as_cached(caching: FlaskClient) -> None:
    first, again = ask(caching, DOG), ask(caching, DOG)
    assert "cached" not in first
    assert again["cached"] is True
    assert again["probabilities"] == first["probabilities"]
    assert again["request_id"] != first["request_id"]
    assert again["timing_ms"]["inference"] == 0 < first["timing_ms"]["inference"]
    assert "cached" not in ask(caching, CAT)


def test_one_kept_answer_serves_every_top_k(caching: FlaskClient) -> None:
    assert list(ask(caching, DOG, "?top_k=1")["probabilities"]) == ["dog"]
    again = ask(caching, DOG)
    assert (list(again["probabilities"]), again["cached"]) == (["dog", "cat"], True)


def test_hits_and_misses_are_in_the_status_and_for_prometheus(caching: FlaskClient) -> None:
    for data in (CAT, DOG, CAT, CAT):
        ask(caching, data)
    said = body(caching.get("/status"), StatusAnswer)
    assert {name: said["cache"][name] for name in ("hits", "misses", "entries")} == {
        "hits": 2, "misses": 2, "entries": 2,
    }  # fmt: skip
    assert (said["requests"]["predictions"], said["requests"]["classes"]) == (4, {"cat": 3, "dog": 1})
    text = caching.get("/metrics").text
    for line in ("hits_total 2.0", "misses_total 2.0", "entries 2.0"):
        assert f"lenswright_answer_cache_{line}" in text
    assert 'lenswright_prediction_seconds_count{phase="total"} 4.0' in text
    assert 'lenswright_prediction_seconds_count{phase="inference"} 2.0' in text


def test_a_promoted_version_answers_itself(caching: FlaskClient, tmp_path: Path) -> None:
    ask(caching, DOG)
    other = "20261122-070000-0002"
    write_tiny_bundle(Bundles(Blobs(str(tmp_path / "models"))), version=other)
    client_services: Any = caching.application.extensions["lenswright"]
    client_services.versions.adopt(None)
    override = {"override": True, "reason": "a test"}
    assert caching.post(f"/models/{other}/promote", json=override).status_code == 200
    said = ask(caching, DOG)
    assert (said["model_version"], "cached" in said) == (other, False)
    assert caching.post("/models/rollback").status_code == 200
    said = ask(caching, DOG)
    assert (said["model_version"], said["cached"]) == (VERSION, True)


def test_an_explanation_is_always_made_anew(caching: FlaskClient) -> None:
    for _ in range(2):
        assert "cached" not in ask(caching, DOG, "?explain=true")
    assert body(caching.get("/status"), StatusAnswer)["cache"]["entries"] == 0


def test_a_bad_photo_is_refused_each_time(caching: FlaskClient) -> None:
    for _ in range(2):
        problem(caching.post("/predict", data=DOG[:-200]), 415, "unreadable_image")


def test_without_the_setting_nothing_is_kept(client: FlaskClient) -> None:
    for _ in range(2):
        assert "cached" not in ask(client, DOG)
    assert body(client.get("/status"), StatusAnswer)["cache"] == {
        "hits": 0, "misses": 0, "entries": 0, "bytes": 0,
    }  # fmt: skip
