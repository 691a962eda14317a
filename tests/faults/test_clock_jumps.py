"""A clock that is set back by an hour, or forward by a day, under services that run.

What only has to know how long something takes asks a clock that nobody can set; these tests hold the two
together: the services' own clock jumps, and so does `time.time`.
"""

import io
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.upload import Upload
from lenswright.jobs.caretaker import Caretaker
from lenswright.runs.request import TrainingRequest
from lenswright.settings import Settings
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.storage.tables import RequestRow
from lenswright.web.app import create_app
from lenswright.web.services import Services, build_services
from tests.builders import make_photo
from tests.faults.conftest import Note
from tests.faults.service import FIRST, SECOND, stock, wait_for
from tests.models import TASK, photo_of

HOUR_S, DAY_S = 3600.0, 86_400.0
JUMPS = pytest.mark.parametrize("jump_s", [-HOUR_S, DAY_S], ids=["an hour back", "a day forward"])
TRAINER = (sys.executable, str(Path(__file__).parents[1] / "jobs" / "fake_trainer.py"), "obeys")


class Clock:
    """A wall clock that can be set."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def __call__(self) -> float:
        return _time() + self.offset_s


_time = time.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    jumping = Clock()
    monkeypatch.setattr(time, "time", jumping)
    return jumping


@pytest.fixture
def here(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    stock(tmp_path)
    settings = Settings(home=tmp_path, answer_cache_mb=1, _env_file=None)  # type: ignore[call-arg]
    services = build_services(settings, clock=clock, trainer=TRAINER)
    services.start()
    wait_for(services.live.ready, 20, lambda: "no model is loaded")
    yield services
    services.close()


@pytest.fixture
def client(here: Services) -> Any:
    return create_app(here.settings, here).test_client()


def predict(client: Any, data: bytes) -> dict[str, Any]:
    answer = client.post(f"/predict?task={TASK}", data=data, content_type="image/jpeg")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


@JUMPS
def test_traffic_is_counted_as_before(here: Services, client: Any, clock: Clock, jump_s: float) -> None:
    for number in range(30):
        predict(client, photo_of(0, seed=number))
    clock.offset_s = jump_s
    for number in range(30, 40):
        predict(client, photo_of(0, seed=number))
    shown = client.get(f"/status?task={TASK}").json
    requests = shown["requests"]
    assert requests["predictions"] == 40
    assert 0 < requests["throughput_per_s"] <= 40
    assert shown["uptime_s"] >= 0
    begins = [bucket["t"] for bucket in requests["series"]]
    assert begins == sorted(begins)
    newest = datetime.fromisoformat(requests["series"][-1]["t"]).timestamp()
    assert clock() - 60 < newest <= clock()
    here.request_log.settle()
    with here.database.reading() as session:
        assert len(session.scalars(select(RequestRow)).all()) >= 40


@JUMPS
def test_kept_answers_swaps_and_uploads_go_on(
    here: Services, client: Any, clock: Clock, jump_s: float
) -> None:
    predict(client, photo_of(0))
    clock.offset_s = jump_s
    assert predict(client, photo_of(0))["cached"]
    assert client.post(f"/models/{FIRST}/promote").status_code == 200
    assert predict(client, photo_of(0))["model_version"] == FIRST
    assert client.post("/models/rollback", json={"task": TASK}).json["version"] == SECOND
    assert [change.version for change in here.promotion.history(TASK)][:2] == [SECOND, FIRST]
    form = {"files[]": (io.BytesIO(make_photo()), "a.jpg"), "task": "shapes"}
    assert client.post("/upload-data", data=form).status_code == 201


@JUMPS
def test_a_training_run_is_not_taken_for_dead(here: Services, clock: Clock, jump_s: float) -> None:
    run = here.supervisor.submit(TrainingRequest(task="shapes"))
    wait_for(lambda: here.journal.get(run.id).state == "running", 20, lambda: "the run does not begin")
    clock.offset_s = jump_s
    time.sleep(1.5)  # five looks of the supervisor
    status = here.journal.get(run.id)
    assert (status.state, status.error) == ("running", None)
    here.supervisor.stop(run.id)
    wait_for(lambda: not here.journal.get(run.id).is_active, 20, lambda: "the run does not stop")


def test_a_jump_forward_does_not_empty_the_bin_at_once(here: Services, clock: Clock, note: Note) -> None:
    photo = take_one(here)
    delete_photos(here.database, "shapes", [photo], by="a test", clock=clock)
    steady = Clock()
    caretaker = Caretaker(here.forgetting, bin_days=30, clock=clock, steady=steady)
    caretaker.tidy()
    clock.offset_s += 40 * DAY_S  # somebody's mistake, or a clock that lost its battery
    steady.offset_s += HOUR_S
    caretaker.tidy()
    assert is_in_bin(here, photo)
    clock.offset_s -= 40 * DAY_S  # put right within the hour
    steady.offset_s += HOUR_S
    caretaker.tidy()
    clock.offset_s += 29 * DAY_S
    steady.offset_s += 29 * DAY_S
    caretaker.tidy()
    assert is_in_bin(here, photo)
    clock.offset_s += 2 * DAY_S
    steady.offset_s += 2 * DAY_S
    caretaker.tidy()
    assert not is_in_bin(here, photo)
    note(
        "clock set back an hour, or forward a day or more",
        seen="nothing: traffic, training, kept answers and promotions go on; no bin is emptied",
        figure="0 runs taken for dead, 0 photos forgotten",
    )


def take_one(here: Services) -> int:
    (result,) = here.intake.take("shapes", [Upload("a.jpg", make_photo())], source="test")
    assert result.id is not None
    return int(result.id)


def is_in_bin(here: Services, photo: int) -> bool:
    with here.database.reading() as session:
        row = session.get(PhotoRow, photo)
        return row is not None and row.forgotten_at is None and row.deleted_at is not None
