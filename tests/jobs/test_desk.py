"""Orders for training, over a real database; nothing is started here."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import update

from lenswright.dataset.snapshots import freeze
from lenswright.dataset.statistics import labelled_photos
from lenswright.errors import Conflict, InputRefused, NotEnoughPhotos, NotFound, RunInProgress
from lenswright.jobs.desk import TrainingDesk
from lenswright.jobs.launcher import Launcher
from lenswright.jobs.supervisor import Supervisor
from lenswright.registry.bundle import Bundles
from lenswright.registry.versions import Versions
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from tests.jobs.waiting import TRAINER
from tests.models import VERSION, write_tiny_bundle

REQUEST = TrainingRequest()
SPLITS = ("train", "train", "train", "validation", "test")


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


@pytest.fixture
def desk(tmp_path: Path, database: Database, journal: Journal) -> TrainingDesk:
    """A desk whose supervisor queues runs but never looks after them."""
    bundles = Bundles(Blobs(str(tmp_path / "models")))
    write_tiny_bundle(bundles)
    versions = Versions(database, bundles)
    versions.adopt(None)
    settings = Settings(home=tmp_path, _env_file=None)  # type: ignore[call-arg]
    launcher = Launcher(settings, [sys.executable, str(TRAINER), "obeys"])
    return TrainingDesk(database, journal, versions, Supervisor(journal, launcher, machine="here"))


def add_photos(database: Database, task: str = "cats-vs-dogs", **classes: int) -> None:
    """Note so many labelled photos of each class; there are no files."""
    with database.writing() as session:
        for label, count in classes.items():
            session.add_all(_photo(task, label, number) for number in range(count))


def _photo(task: str, label: str, number: int) -> PhotoRow:
    name = f"{label}-{number}"
    return PhotoRow(
        task=task, label=label, split=SPLITS[number % 5], sha256=name, pixel_sha256=name, dhash=number,
        width=8, height=8, size_bytes=1, format="JPEG", filename=name, source="test", uploaded_at=0.0,
    )  # fmt: skip


def test_of_many_starts_at_once_exactly_one_is_taken(desk: TrainingDesk, database: Database) -> None:
    add_photos(database, cat=5, dog=5)

    def attempt(_: int) -> bool:
        try:
            desk.order(REQUEST)
        except RunInProgress:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ({"cat": 1, "dog": 1}, "at least 5 different photos of each class. Received: cat: 1, dog: 1."),
        ({"ant": 5000, "bee": 2}, "at least 5 different photos of each class. Received: bee: 2, ant: 5000."),
        ({"cat": 50}, "at least 2 classes. Received: cat: 50."),
        ({}, "at least 2 classes. Received: none."),
    ],
)
@pytest.mark.parametrize("kind", ["train", "tune", "compare"])
def test_too_few_photos_are_refused_with_the_class_that_lacks_them(
    desk: TrainingDesk, journal: Journal, database: Database, classes: dict[str, int], words: str, kind: str
) -> None:
    add_photos(database, **classes)
    with pytest.raises(NotEnoughPhotos) as refused:
        desk.order(REQUEST.model_copy(update={"kind": kind}))
    assert words in str(refused.value)
    assert journal.recent() == []


def test_five_photos_beside_five_thousand_are_enough(desk: TrainingDesk, database: Database) -> None:
    add_photos(database, ant=5000, bee=5)
    assert desk.order(REQUEST).state == "queued"


def test_a_check_needs_one_labelled_photo(desk: TrainingDesk, journal: Journal, database: Database) -> None:
    asked = TrainingRequest(kind="check")
    with pytest.raises(NotEnoughPhotos, match="at least one labelled photo to check"):
        desk.order(asked)
    assert journal.recent() == []
    add_photos(database, cat=1)
    assert desk.order(asked).kind == "check"


def test_an_export_needs_no_photos(desk: TrainingDesk) -> None:
    run = desk.export(VERSION, ["tflite"])
    assert (run.kind, run.task, run.state) == ("export", "cats-vs-dogs", "queued")
    assert (run.request.version, run.request.formats) == (VERSION, ("tflite",))
    with pytest.raises(RunInProgress):
        desk.export(VERSION, ["tflite"])


def test_an_export_of_no_version_or_in_no_format_is_refused(desk: TrainingDesk, journal: Journal) -> None:
    with pytest.raises(NotFound):
        desk.export("20010101-000000-abcd", ["tflite"])
    with pytest.raises(InputRefused, match="'formats' to be a list of 1 to 2 of saved_model, tflite"):
        desk.export(VERSION, ["coreml"])
    assert journal.recent() == []


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_run_that_did_not_complete_is_continued(
    desk: TrainingDesk, journal: Journal, database: Database, state: str
) -> None:
    add_photos(database, cat=5, dog=5)
    run = desk.order(TrainingRequest(kind="tune", trials=7))
    journal.finish(run.id, state)  # type: ignore[arg-type]
    successor = desk.resume(run.id)
    assert successor.request == TrainingRequest(kind="tune", trials=7, resume_run=run.id)


def test_an_export_is_continued_without_photos(desk: TrainingDesk, journal: Journal) -> None:
    run = desk.export(VERSION, ["saved_model"])
    journal.finish(run.id, "failed")
    assert desk.resume(run.id).request == run.resumption


def test_once_a_chain_has_completed_none_of_its_runs_is_continued(
    desk: TrainingDesk, journal: Journal, database: Database
) -> None:
    add_photos(database, cat=5, dog=5)
    first = desk.order(REQUEST)
    journal.finish(first.id, "failed")
    second = desk.resume(first.id)
    journal.finish(second.id, "stopped")
    third = desk.resume(second.id)
    assert third.root == first.id
    journal.finish(third.id, "completed")
    for run in (first, second, third):
        with pytest.raises(Conflict, match=f"run {third.id} is completed: there is nothing to resume"):
            desk.resume(run.id)


def test_a_run_is_not_continued_twice_nor_while_it_goes_on_elsewhere(
    desk: TrainingDesk, journal: Journal, database: Database
) -> None:
    add_photos(database, cat=5, dog=5)
    elsewhere = journal.create(REQUEST, "elsewhere")
    with pytest.raises(RunInProgress) as refused:
        desk.resume(elsewhere.id)
    assert refused.value.run_id == elsewhere.id
    journal.finish(elsewhere.id, "failed")
    successor = desk.resume(elsewhere.id)
    with pytest.raises(RunInProgress) as refused:
        desk.resume(elsewhere.id)
    assert refused.value.run_id == successor.id


def test_a_run_of_another_task_cannot_be_continued(
    desk: TrainingDesk, journal: Journal, database: Database
) -> None:
    add_photos(database, "birds", cat=5, dog=5)
    run = journal.create(REQUEST, "here")
    journal.finish(run.id, "failed")
    with pytest.raises(InputRefused, match="Received: 1, a run of 'cats-vs-dogs'"):
        desk.order(TrainingRequest(task="birds", resume_run=run.id))
    with pytest.raises(NotFound):
        desk.order(TrainingRequest(task="birds", resume_run=99))


def frozen(database: Database, task: str = "cats-vs-dogs") -> int:
    return freeze(database, task, labelled_photos(database, task))


def bin_all(database: Database, label: str) -> None:
    with database.writing() as session:
        session.execute(update(PhotoRow).where(PhotoRow.label == label).values(deleted_at=1.0))


@pytest.mark.parametrize("kind", ["train", "tune", "compare"])
def test_an_earlier_data_set_may_be_trained_on_though_too_few_photos_are_labelled_now(
    desk: TrainingDesk, database: Database, kind: str
) -> None:
    add_photos(database, cat=5, dog=5)
    snapshot = frozen(database)
    with database.writing() as session:
        session.execute(update(PhotoRow).values(label="cat"))
    on_it = REQUEST.model_copy(update={"kind": kind, "snapshot": snapshot})
    with pytest.raises(NotEnoughPhotos):
        desk.order(on_it.model_copy(update={"snapshot": None}))
    assert desk.order(on_it).request.snapshot == snapshot


def test_an_earlier_data_set_of_which_too_little_is_left_is_refused_with_the_counts(
    desk: TrainingDesk, database: Database
) -> None:
    add_photos(database, cat=5, dog=5)
    snapshot = frozen(database)
    bin_all(database, "dog")
    with pytest.raises(NotEnoughPhotos, match=r"at least 2 classes\. Received: cat: 5\."):
        desk.order(TrainingRequest(snapshot=snapshot))


def test_a_data_set_that_is_not_there_or_of_another_task_is_refused(
    desk: TrainingDesk, database: Database, journal: Journal
) -> None:
    add_photos(database, "birds", cat=5, dog=5)
    snapshot = frozen(database, "birds")
    with pytest.raises(InputRefused, match=f"'cats-vs-dogs'. Received: {snapshot}, one of 'birds'."):
        desk.order(TrainingRequest(snapshot=snapshot))
    with pytest.raises(NotFound, match="no snapshot '99'"):
        desk.order(TrainingRequest(snapshot=99))
    assert journal.recent() == []


def test_a_run_is_continued_on_its_own_photos_as_long_as_every_class_is_there(
    desk: TrainingDesk, journal: Journal, database: Database
) -> None:
    add_photos(database, cat=5, dog=5, emu=5)
    first = desk.order(REQUEST)
    journal.note_snapshot(first.id, frozen(database))
    journal.finish(first.id, "failed")
    add_photos(database, fox=1)  # too few of it to train on today's photos
    second = desk.resume(first.id)
    journal.finish(second.id, "failed")
    bin_all(database, "emu")
    with pytest.raises(Conflict, match="none any more of: emu"):
        desk.resume(first.id)
