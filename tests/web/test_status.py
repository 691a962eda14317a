"""How the service is: status, health, metrics."""

import pytest
from flask.testing import FlaskClient

from lenswright.web.schemas.status import HealthAnswer, StatusAnswer
from lenswright.web.services import Services, build_services
from tests.models import VERSION, photo_of
from tests.web.answers import body, problem
from tests.web.conftest import Begin, client_of


def test_the_status_tells_model_traffic_and_data(client: FlaskClient) -> None:
    for number in range(3):
        client.post("/predict", data=photo_of(number % 2))
    client.post("/predict", data=b"no photo")
    said = body(client.get("/status"), StatusAnswer)
    assert (said["status"], said["model_version"], said["model_problem"]) == ("ok", VERSION, None)
    assert said["model"]["metrics"]["accuracy"] == said["metrics"]["accuracy"] == 1.0
    assert said["confusion_matrix"] == {"classes": ["cat", "dog"], "counts": [[2, 0], [0, 2]]}
    assert said["requests"]["predictions"] == 3
    assert said["requests"]["total"] == 4
    assert said["requests"]["classes"] == {"cat": 2, "dog": 1}
    assert said["requests"]["errors"] == 0
    assert said["training"] is None
    assert said["uptime_s"] >= 0


def test_without_a_model_the_status_says_so_and_it_is_healthy(begin: Begin) -> None:
    client = client_of(begin())
    said = body(client.get("/status"), StatusAnswer)
    assert (said["status"], said["model"], said["metrics"]) == ("no_model", None, None)
    body(client.get("/health"), HealthAnswer)


def test_health_is_503_until_the_models_were_looked_at(services: Services) -> None:
    waiting = build_services(services.settings)
    client = client_of(waiting)
    body(client.get("/health/live"), HealthAnswer)
    for path in ("/health", "/health/ready"):
        problem(client.get(path), 503, "unavailable")
    waiting.live.refresh()
    body(client.get("/health/ready"), HealthAnswer)
    waiting.close()


@pytest.mark.sqlite_only("its file is taken away")
def test_health_is_503_when_the_database_is_gone(begin: Begin) -> None:
    services = begin()
    client = client_of(services)
    services.database.engine.dispose()
    database = services.settings.data_folder / "lenswright.db"
    for part in database.parent.glob("lenswright.db*"):
        part.unlink()
    database.mkdir()
    response = client.get("/health")
    problem(response, 503, "storage_failure")
    assert response.headers["Retry-After"]
    body(client.get("/health/live"), HealthAnswer)
    database.rmdir()


def test_prometheus_reads_requests_predictions_and_the_serving_version(client: FlaskClient) -> None:
    client.post("/predict", data=photo_of(0))
    client.get("/no/such/path")
    text = client.get("/metrics").text
    assert 'lenswright_requests_total{path="/predict",status="200"} 1.0' in text
    assert 'path="(unknown)",status="404"' in text
    assert f'lenswright_model_info{{task="cats-vs-dogs",version="{VERSION}"}} 1.0' in text
    assert "lenswright_training_running 0.0" in text


def test_the_status_shows_every_instance_and_their_sum(begin: Begin, with_model: None) -> None:
    one, other = begin(), begin()
    for services, predictions in ((one, 3), (other, 5)):
        client = client_of(services)
        for number in range(predictions):
            client.post("/predict", data=photo_of(number % 2))
        services.instances.beat()
    one.instances.beat()
    said = body(client_of(one).get("/status"), StatusAnswer)
    answering = {entry["id"]: entry["answers"] for entry in said["instances"]}
    assert answering == {one.instance.id: True, other.instance.id: False}
    assert said["instance"]["id"] == one.instance.id
    assert {entry["versions"]["cats-vs-dogs"] for entry in said["instances"]} == {VERSION}
    assert {entry["requests"]["predictions"] for entry in said["instances"]} == {3, 5}
    total = said["all_instances"]
    assert (total["count"], total["requests"]["predictions"]) == (2, 8)
    assert total["requests"]["latency_ms"]["p50"] > 0
    assert total["memory_bytes"] > 2 * 20_000_000


def test_alone_the_sum_agrees_with_the_instance_itself(client: FlaskClient) -> None:
    for number in range(5):
        client.post("/predict", data=photo_of(number % 2))
    said = body(client.get("/status"), StatusAnswer)
    own, total = said["requests"], said["all_instances"]["requests"]
    assert [total[name] for name in ("total", "predictions", "errors")] == [5, 5, 0]
    assert total["latency_ms"]["mean"] == pytest.approx(own["latency_ms"]["mean"], rel=0.001, abs=0.002)
