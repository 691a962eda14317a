"""The check of the data, whole: on a tiny home, with wrong labels, copies, stops and odd data sets."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import update

from lenswright.dataset.example import Photo
from lenswright.dataset.intake import Upload
from lenswright.dataset.labelling import relabel
from lenswright.dataset.paging import Page
from lenswright.dataset.statistics import labelled_photos
from lenswright.dataset.suggestions import Suggestion, replace_suggestions, suggestions_page
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.storage.dataset_tables import EditRow, PhotoRow
from lenswright.storage.feature_files import view_key
from lenswright.training.__main__ import carry_out
from lenswright.training.embedding import extractor_of
from lenswright.training.progress import SHARES
from lenswright.training.workbench import Workbench
from tests.builders import photo
from tests.training.tiny_home import COLOURS, TASK, shades, take_in

CHECK = {"task": TASK, "kind": "check", "weights": "bundled"}
OLD = Suggestion(1, "red", "blue", 0.1, 0.9, 0.9)


def checked(bench: Workbench, **wish: Any) -> Any:
    """Return how a check ended that the training process carried out."""
    run = bench.journal.create(TrainingRequest.from_json(CHECK | wish), "here")
    bench.journal.start(run.id, 1)
    carry_out(bench, run.id)
    return bench.journal.get(run.id)


def see(bench: Workbench, photos: Sequence[Photo], seen: dict[int, NDArray[np.float32]]) -> None:
    """Let the embeddings of `photos` be known already, and be these."""
    backbone = bench.shelf().find(TrainingRequest.from_json(CHECK), None)
    keys = [view_key(one.pixel_sha256, 0) for one in photos]
    extractor_of(bench, backbone).cache.append(keys, np.stack([seen[one.id] for one in photos]))


def doubted(bench: Workbench) -> list[tuple[int, str, str]]:
    found = suggestions_page(bench.database, TASK, Page())[1]
    return [(one.photo_id, one.given, one.suggested) for _, one in found]


@pytest.fixture
def mislabelled(bench: Workbench) -> Workbench:
    """Forty photos of each colour, of which photo 5, a red one, is called blue."""
    take_in(bench, shades(40))
    relabel(bench.database, TASK, [5], ["blue"], by="me")
    return bench


def test_a_wrong_label_is_found_and_the_right_one_suggested(mislabelled: Workbench) -> None:
    run = checked(mislabelled)
    assert (run.state, run.error, run.version) == ("completed", None, None)
    assert doubted(mislabelled) == [(5, "blue", "red")]
    assert (run.result["photos"], run.result["suggestions"], run.result["measured"]) == (80, 1, 0)


def test_the_advice_has_a_curve_classes_pairs_and_words(mislabelled: Workbench) -> None:
    advice = checked(mislabelled).result["advice"]
    assert [point["photos"] for point in advice["curve"]] == [9, 18, 36, 53, 71]
    assert {one["label"]: one["photos"] for one in advice["classes"]} == {"red": 39, "blue": 41}
    assert advice["pairs"] == [{"truth": "blue", "predicted": "red", "count": 1}]
    assert advice["words"][0].startswith("1 label is doubtful.")


def test_a_label_that_a_person_confirmed_is_not_doubted_again(mislabelled: Workbench) -> None:
    with mislabelled.database.writing() as session:
        session.execute(update(PhotoRow).where(PhotoRow.id == 5).values(confirmed_at=1.0))
    checked(mislabelled)
    assert doubted(mislabelled) == []


def test_a_second_check_needs_no_embedding_and_replaces_the_first(mislabelled: Workbench) -> None:
    checked(mislabelled)
    relabel(mislabelled.database, TASK, [5], ["red"], by="me")
    second = checked(mislabelled)
    assert "embedded" not in " ".join(mislabelled.journal.log_tail(second.id))
    assert doubted(mislabelled) == []


def test_copies_that_intake_does_not_see_become_one_group(bench: Workbench) -> None:
    take_in(bench, shades(20))
    photos = labelled_photos(bench.database, TASK)
    train = [one for one in photos if one.split == "train"]
    test = next(one for one in photos if one.split == "test")
    random = np.random.default_rng(4)
    seen = {one.id: random.normal(size=8).astype(np.float32) for one in photos}
    seen[train[7].id] = seen[test.id] + np.float32(0.001)
    see(bench, photos, seen)
    run = checked(bench)
    after = {one.id: one for one in labelled_photos(bench.database, TASK, unused=True)}
    first = min(train[7].id, test.id)
    assert {after[train[7].id].group_id, after[test.id].group_id} == {first}
    assert (after[train[7].id].split, after[test.id].split) == ("unused", "test")
    assert len({one.group_id for one in after.values()}) == 39
    assert (run.result["regrouped"]["groups"], run.result["regrouped"]["unused"]) == (1, 1)
    with bench.database.reading() as session:
        assert session.get_one(EditRow, run.result["regrouped"]["edit"]).by == f"run {run.id}"
    assert checked(bench).result["regrouped"]["edit"] is None


def test_classes_of_few_photos_are_looked_at_but_not_accused(bench: Workbench) -> None:
    take_in(bench, shades(20))
    take_in(bench, [Upload("x", photo(COLOURS["red"], seed=900), "scarlet")])
    run = checked(bench)
    assert run.state == "completed"
    assert doubted(bench) == []
    assert {one["label"] for one in run.result["advice"]["classes"]} == {"red", "blue", "scarlet"}


def test_one_class_has_no_suggestions_and_no_advice(bench: Workbench) -> None:
    take_in(bench, shades(6)[:6])
    replace_suggestions(bench.database, TASK, [OLD], run_id=None, now=0.0)
    run = checked(bench)
    assert (run.state, run.result["suggestions"], run.result["advice"]) == ("completed", 0, None)
    assert suggestions_page(bench.database, TASK, Page())[0] == 0
    assert "They are not judged." in " ".join(bench.journal.log_tail(run.id))


def test_photos_that_cannot_be_read_are_left_out_by_name(mislabelled: Workbench) -> None:
    gone = labelled_photos(mislabelled.database, TASK)[7]
    mislabelled.uploads.delete(gone.key)
    run = checked(mislabelled)
    assert (run.state, run.result["photos"]) == ("completed", 79)
    assert gone.filename in " ".join(mislabelled.journal.log_tail(run.id))


def test_a_task_without_photos_ends_with_the_reason(bench: Workbench) -> None:
    run = checked(bench)
    assert (run.state, run.error) == (
        "failed",
        "Expected at least one labelled photo to check. Received: none.",
    )


class StopsAt(Journal):
    """A journal that asks its run to stop as soon as it reports `phase`."""

    def __init__(self, bench: Workbench, phase: str) -> None:
        super().__init__(bench.database)
        self._stop_at = phase

    def progress(self, run_id: int, phase: str, fraction: float, eta_s: float | None = None) -> None:
        super().progress(run_id, phase, fraction, eta_s)
        if phase == self._stop_at:
            self.request_stop(run_id)


class Remembers(Journal):
    """A journal that keeps how far its run was each time."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.database)
        self.fractions: list[float] = []

    def progress(self, run_id: int, phase: str, fraction: float, eta_s: float | None = None) -> None:
        super().progress(run_id, phase, fraction, eta_s)
        self.fractions.append(fraction)


def test_the_bar_only_ever_moves_forward(mislabelled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenswright.training.progress.TELL_EVERY_S", 0.0)
    journal = Remembers(mislabelled)
    assert checked(replace(mislabelled, journal=journal)).state == "completed"
    assert len(journal.fractions) > 30
    assert journal.fractions == sorted(journal.fractions)


@pytest.mark.parametrize("phase", SHARES["check"])
def test_a_stop_in_any_phase_leaves_all_of_the_old_suggestions_or_all_of_the_new(
    mislabelled: Workbench, phase: str
) -> None:
    replace_suggestions(mislabelled.database, TASK, [OLD], run_id=None, now=0.0)
    run = checked(replace(mislabelled, journal=StopsAt(mislabelled, phase)))
    assert run.state in ("stopped", "completed")
    assert doubted(mislabelled) in ([(1, "red", "blue")], [(5, "blue", "red")])
    assert mislabelled.journal.active("here") is None
    assert checked(mislabelled).state == "completed"


def test_a_check_needs_no_tensorflow(mislabelled: Workbench) -> None:
    waiting = mislabelled.journal.create(TrainingRequest.from_json(CHECK), "here")
    code = (
        "import sys; from lenswright.training.__main__ import main;"
        f" status = main(['--run-id', '{waiting.id}']);"
        " sys.exit(status or int('tensorflow' in sys.modules or 'keras' in sys.modules))"
    )
    home = str(mislabelled.settings.home)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"LENSWRIGHT_HOME": home, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert mislabelled.journal.get(waiting.id).state == "completed"
