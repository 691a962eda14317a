import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Called
from tests.dashboard import fake_data as made
from tests.dashboard.fake_api import FakeApi

Call = Callable[..., Called]


def test_train_follows_the_run_and_says_the_verdict(lenswright: Call, fake: FakeApi) -> None:
    called = lenswright("train", "--preset", "best", "--set", "fine_tune_epochs=3", "--set", "int8=false")
    assert (called.status, called.err.startswith("run 4 · ")) == (0, True)
    assert called.out.startswith("Run 4 completed. Promoted: right on 463 of 480")
    assert "Version 20261121-120000-0004" in called.out
    assert fake.runs.all[-1]["wishes"] == {"preset": "best", "fine_tune_epochs": 3, "int8": False}


def test_a_refused_wish_is_said_and_nothing_begins(lenswright: Call, fake: FakeApi) -> None:
    called = lenswright("train", "--set", "epochs=0")
    assert called == Called(1, "", "Expected 'epochs' to be a whole number from 1 to 1000. Received: 0.\n")
    assert len(fake.runs.all) == 3


def test_tune_prints_the_table_and_the_command_that_follows(lenswright: Call, fake: FakeApi) -> None:
    called = lenswright("tune", "--set", "trials=4")
    lines = called.out.splitlines()
    assert (called.status, lines[0]) == (0, "Run 4 completed. 4 settings tried.")
    assert lines[1].split()[:2] == ["rank", "accuracy"]
    words = lines[-1].partition(": lenswright ")[2].split()
    assert lenswright(*words).status == 0
    assert fake.runs.all[-1]["wishes"] == {
        name: value for name, value in fake.runs.all[-2]["result"]["best"].items() if name != "task"
    }


def test_compare_takes_configurations_as_arguments_or_as_a_file(
    lenswright: Call, fake: FakeApi, tmp_path: Path
) -> None:
    called = lenswright("compare", "--config", "preset=best", "--config", "backbone=vgg16", "--set", "seed=3")
    assert "2 configurations compared." in called.out
    assert "fast vgg16: Expected weights of VGG16." in called.out
    assert fake.runs.all[-1]["wishes"]["configurations"] == [{"preset": "best"}, {"backbone": "vgg16"}]
    file = tmp_path / "three.json"
    file.write_text('[{"preset": "fast"}]')
    assert "1 configuration compared" in lenswright("compare", "--configs", str(file)).out


def test_json_is_for_machines(lenswright: Call) -> None:
    run = json.loads(lenswright("tune", "--json", "--set", "trials=2").out)
    assert (run["state"], len(run["result"]["trials"])) == ("completed", 2)
    assert [row["run_id"] for row in json.loads(lenswright("runs", "--json").out)] == [4, 3, 2, 1]


def test_a_failed_run_ends_with_one_and_its_error(lenswright: Call) -> None:
    called = lenswright("runs", "2")
    assert (called.status, called.out) == (1, "")
    assert called.err.startswith("Run 2 failed: The trainer ended without a word")


def test_a_stopped_run_ends_with_three_and_is_resumed(lenswright: Call, fake: FakeApi) -> None:
    fake.runs.train_s = 60
    assert lenswright("train", "--detach").out == "Run 4 has begun. Follow it: lenswright runs 4\n"
    assert "Run 4 stops" in lenswright("stop").out
    assert lenswright("runs", "4").status == 3
    fake.runs.train_s = 0.2
    assert lenswright("resume", "4").out.startswith("Run 5 completed.")
    assert fake.runs.all[-1]["wishes"] == {"resume_run": 4}


def test_runs_are_listed_newest_first(lenswright: Call) -> None:
    lines = lenswright("runs").out.splitlines()
    assert [line.split()[0] for line in lines] == ["run", "3", "2", "1"]


def test_retrain_sends_files_with_their_labels(lenswright: Call, fake: FakeApi) -> None:
    assert lenswright("retrain", "1=cat", "2=dog", "--allow-new-labels").status == 0
    assert "POST /retrain" in fake.requests


def test_photos_are_answered_and_a_bad_one_is_named(lenswright: Call, tmp_path: Path) -> None:
    good, bad, missing = tmp_path / "good.jpg", tmp_path / "bad.jpg", tmp_path / "missing.jpg"
    good.write_bytes(made.photo_jpeg(1))
    bad.write_text("no photo")
    called = lenswright("predict", str(good), str(bad), str(missing))
    assert called.status == 1
    assert f"{good}  cat" in called.out
    assert [line.split(": ")[0] for line in called.err.splitlines()] == [str(bad), str(missing)]
    assert "bytes of another kind" in called.err


def test_an_api_that_is_not_there_is_said(lenswright: Call, fake: FakeApi) -> None:
    fake.stop()
    called = lenswright("runs")
    assert (called.status, called.err) == (1, f"No API answers at {fake.url}; start it with: python app.py\n")


def test_an_answer_of_something_else_is_refused(lenswright: Call, fake: FakeApi) -> None:
    called = lenswright("runs", "--api-url", f"{fake.url}/nothing-here")
    assert (called.status, called.err.endswith("answered with status 404.\n")) == (1, True)


def test_ctrl_c_leaves_the_run_alone_and_says_how_to_stop_it(fake: FakeApi) -> None:
    fake.runs.train_s = 60
    command = [sys.executable, "-m", "lenswright.cli", "train", "--api-url", fake.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("run 4 · ")
        process.send_signal(signal.SIGINT)
        words = process.stderr.read()
        assert process.wait(timeout=10) == 0
    assert "Run 4 goes on. Follow it: lenswright runs 4. Stop it: lenswright stop 4." in words
    assert fake.runs.active() is not None


@pytest.mark.parametrize("heavy", ["tensorflow", "flask", "dash", "pydantic", "numpy"])
def test_it_starts_without_anything_heavy(heavy: str) -> None:
    code = f"import sys; import lenswright.cli.__main__; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_help_comes_in_well_under_a_second() -> None:
    command = [sys.executable, "-m", "lenswright.cli", "--help"]
    taken = []
    for _ in range(3):  # the best of three: the machine may be busy
        began = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ, timeout=60)
        taken.append(time.perf_counter() - began)
    assert "train" in done.stdout
    assert min(taken) < 1.0
