"""What /metrics says of an instance: model, queue, training, losses, and that it answers in need, too."""

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from lenswright.monitoring.answered import Answered
from lenswright.runs.request import TrainingRequest
from lenswright.web.services import Services
from tests.models import TASK, VERSION, photo_of
from tests.web.conftest import Begin, client_of


def samples(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Return values by (name, label values...)."""
    response = client.get("/metrics")
    assert response.status_code == 200, response.text
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_a_prediction_is_timed_phase_by_phase(client: FlaskClient) -> None:
    client.post("/predict", data=photo_of(0))
    found = samples(client)
    for phase in ("decode", "queue", "inference", "total"):
        assert found["lenswright_prediction_seconds_count", phase] == 1
    sums = {
        phase: found["lenswright_prediction_seconds_sum", phase] for phase in ("decode", "inference", "total")
    }
    assert 0 < sums["decode"] + sums["inference"] < sums["total"]


def test_model_queue_and_losses_are_shown(client: FlaskClient, services: Services) -> None:
    services.request_log.dropped = 3
    found = samples(client)
    assert found["lenswright_model_info", TASK, VERSION] == 1
    assert (found["lenswright_model_ready", TASK], found["lenswright_model_refused", TASK]) == (1, 0)
    assert (found["lenswright_queue_length",], found["lenswright_queue_limit",]) == (
        0,
        services.settings.queue_size,
    )
    assert found["lenswright_request_log_dropped_total",] == 3
    assert found["lenswright_database_up",] == 1
    assert found["lenswright_resident_memory_bytes",] > 1e7


def test_without_a_model_that_is_an_alarm_and_no_gap(begin: Begin) -> None:
    found = samples(client_of(begin()))
    assert found["lenswright_model_ready", TASK] == 0
    assert not [key for key in found if key[0] == "lenswright_model_info"]


def test_a_refused_champion_is_told_from_none(begin: Begin, with_model: None) -> None:
    services = begin()
    (services.settings.home / "models" / TASK / VERSION / "model.onnx").write_bytes(b"damaged")
    with services.live._looking:
        services.live._current.clear()
    services.live.refresh()
    found = samples(client_of(services))
    assert (found["lenswright_model_ready", TASK], found["lenswright_model_refused", TASK]) == (0, 1)


def test_training_is_followed_to_its_end(begin: Begin) -> None:
    services = begin()
    client, journal = client_of(services), services.journal
    run = journal.create(TrainingRequest(task=TASK, kind="tune"), services.instance.machine)
    journal.progress(run.id, "tuning", 0.25)
    journal.epoch(run.id, {"epoch": 1, "images_per_s": 88.5})
    found = samples(client)
    assert found["lenswright_training_running",] == 1
    assert found["lenswright_training_progress_ratio",] == 0.25
    assert found["lenswright_training_phase_info", "tune", "tuning"] == 1
    assert found["lenswright_training_photos_per_second",] == 88.5
    journal.finish(run.id, "failed", error="it broke")
    found = samples(client)
    assert (found["lenswright_training_running",], found["lenswright_training_last_run_failed",]) == (0, 1)


@pytest.mark.sqlite_only("its file is taken away")
def test_without_its_database_it_still_says_what_it_knows(begin: Begin, with_model: None) -> None:
    services = begin()
    client = client_of(services)
    services.request_counts.count(Answered("r-1", 0.0, "GET /x", 200, 1.0), "/x")
    services.database.engine.dispose()
    file = services.settings.data_folder / "lenswright.db"
    for part in file.parent.glob("lenswright.db*"):
        part.unlink()
    file.mkdir()
    found = samples(client)
    assert found["lenswright_database_up",] == 0
    assert found["lenswright_requests_total", "/x", "200"] == 1
    assert not [key for key in found if key[0] == "lenswright_model_ready"]
    file.rmdir()
