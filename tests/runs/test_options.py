"""What may be chosen, and how long it is expected to take."""

from dataclasses import replace
from typing import Any

import pytest

from lenswright.runs.backbones import BACKBONES
from lenswright.runs.journal import Journal
from lenswright.runs.options import training_options
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.storage.database import Database


@pytest.fixture
def ended(database: Database) -> Run:
    """A completed run of 125 seconds on 1,000 photos."""
    journal = Journal(database, clock=lambda: 0.0)
    run = journal.create(TrainingRequest(), "here")
    result = {"photos": {"train": 800, "validation": 100, "test": 100}, "metrics": {"accuracy": 0.97}}
    journal.finish(run.id, "completed", result=result)
    return replace(journal.get(run.id), started_at=50.0, ended_at=175.0)


def presets(photos: int, *earlier: Run) -> dict[str, Any]:
    return {entry["name"]: entry for entry in training_options("pets", photos, earlier)["presets"]}


def test_before_the_first_run_the_measured_constants_speak() -> None:
    expected = {name: entry["expected_s"] for name, entry in presets(1000).items()}
    assert expected == {"fast": 32, "best": 158, "scratch": 548}
    assert {entry["expected_accuracy"] for entry in presets(1000).values()} == {None}


def test_an_earlier_run_tells_how_long_and_how_good(ended: Run) -> None:
    fast = presets(3000, ended)["fast"]
    assert fast["expected_s"] == 325  # 25 s to start, then the 0.1 s a photo took
    assert fast["expected_accuracy"] == 0.97
    assert presets(3000, ended)["best"] == presets(3000)["best"]


def test_the_newest_run_counts(ended: Run) -> None:
    newer = replace(ended, ended_at=265.0)
    assert presets(1000, newer, ended)["fast"]["expected_s"] == 215


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "stopped"},
        {"state": "failed", "result": {}},
        {"kind": "tune"},
        {"result": {"photos": {"train": 12}}},
        {"ended_at": 60.0},
    ],
)
def test_a_run_that_says_little_about_the_time_is_passed_over(ended: Run, changed: dict[str, Any]) -> None:
    assert presets(1000, replace(ended, **changed))["fast"]["expected_s"] == 32


def test_without_photos_no_time_is_promised() -> None:
    assert {entry["expected_s"] for entry in presets(0).values()} == {None}


def test_every_backbone_and_every_knob_is_offered() -> None:
    options = training_options("pets", 0, [])
    assert [entry["name"] for entry in options["backbones"]] == [*BACKBONES]
    offered = {field["name"] for field in options["fields"]}
    asked_elsewhere = {"task", "kind", "configurations", "version", "formats", "resume_run", "snapshot"}
    assert offered == set(TrainingRequest.model_fields) - asked_elsewhere


def test_the_offered_defaults_are_accepted() -> None:
    fields = training_options("pets", 0, [])["fields"]
    defaults = {field["name"]: field["default"] for field in fields}
    assert TrainingRequest.from_json({"kind": "tune", **defaults}) == TrainingRequest(kind="tune")
