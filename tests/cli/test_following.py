import io

import pytest

from lenswright.cli.client import Client
from lenswright.cli.following import follow, words
from lenswright.errors import ApiAway
from tests.dashboard.fake_api import FakeApi

RUN = {"run_id": 7, "state": "running", "phase": "fine-tuning", "progress": 0.43, "epoch": 3, "epochs": 60}
RUN |= {
    "kind": "train",
    "request": {"fine_tune_epochs": 6},
    "metrics": {"images_per_s": 1210.4},
    "eta_s": 250.0,
}


def test_the_line_says_phase_share_speed_and_what_is_left() -> None:
    assert words(RUN) == "run 7 · fine-tuning · 43 % · epoch 3 of 6 · 1,210 photos/s · 4 min 10 s left"
    assert words({"run_id": 7, "state": "queued"}) == "run 7 · queued · 0 %"
    assert "epoch 3 of 60" in words(RUN | {"phase": "fitting"})
    assert "trial 3 of 20" in words(RUN | {"kind": "tune", "request": {"trials": 20}})
    assert "epoch 3 ·" in words(RUN | {"kind": "compare"})
    assert "stopping" in words(RUN | {"stop_requested": True})


def test_a_run_is_followed_over_a_restart_of_the_api(fake: FakeApi) -> None:
    api, screen = Client(fake.url), io.StringIO()
    fake.runs.start({})
    fake.stop()
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            fake.runs.train_s = 0.0
            fake.start()

    assert follow(api, 4, screen, sleep=wait)["state"] == "completed"
    assert len(waits) == 2


def test_an_api_that_stays_away_ends_it() -> None:
    waits: list[float] = []
    with pytest.raises(ApiAway, match="No API answers"):
        follow(Client("http://127.0.0.1:9"), 4, io.StringIO(), sleep=waits.append)
    assert sum(waits) == 60
