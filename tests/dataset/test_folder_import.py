import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from lenswright.dataset import intake as intake_module
from lenswright.dataset.edit_history import edit, edits_page
from lenswright.dataset.folder_import import FolderImport, ImportWish
from lenswright.dataset.import_lock import alone
from lenswright.dataset.intake import Intake
from lenswright.dataset.photo_source import open_source
from lenswright.dataset.zip_safety import ArchiveLimits
from lenswright.errors import Conflict, InputRefused, LenswrightError
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, PhotoRow
from tests.builders import make_class_zip, make_photo

Prepare = Callable[..., FolderImport]


@pytest.fixture(autouse=True)
def chunks_of_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "CHUNK_PHOTOS", 50)


@pytest.fixture
def prepare(database: Database, intake: Intake) -> Prepare:
    """Return `prepare(path, layout="flat")`: an import into the task `shapes`."""

    def made(path: Path, **wish: str) -> FolderImport:
        source = open_source(path, ArchiveLimits())
        return FolderImport(database, intake, ImportWish("shapes", path, **wish), source)

    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with 60 circles and 60 squares: three chunks of the intake."""
    for kind in ("circle", "square"):
        (tmp_path / "photos" / kind).mkdir(parents=True)
        for number in range(60):
            name = tmp_path / "photos" / kind / f"{number:02}.jpg"
            name.write_bytes(make_photo(kind, seed=number, size=(24, 20)))
    return tmp_path / "photos"


def entries(database: Database) -> list[tuple[int, str | None]]:
    with database.reading() as session:
        found = session.execute(select(EditEntryRow.edit_id, EditEntryRow.filename).order_by(EditEntryRow.id))
        return [(edit_id, name) for edit_id, name in found]


def break_off(work: FolderImport, after: int) -> None:
    """Take `after` files in, then stop as a person does who presses Ctrl-C."""
    results = work.run()
    for _ in range(after):
        next(results)
    with suppress(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)  # type: ignore[attr-defined]


def test_a_folder_is_one_edit_with_an_entry_for_each_file(
    database: Database, prepare: Prepare, folder: Path
) -> None:
    (folder / "README.md").write_text("words")
    work = prepare(folder, source="disk", by="somebody")
    results = list(work.run())
    assert (len(results), work.total, work.done_before) == (121, 121, 0)
    report = work.report()
    assert report is not None
    assert (report.counts, report.conflicts) == ({"stored": 120, "refused": 1}, 0)
    assert [(entry.filename, entry.code) for entry in report.refused] == [("README.md", "unsupported_image")]
    found = edit(database, report.edit)
    assert (found.action, found.by, found.source) == ("import", "somebody", "disk")
    assert found.detail == {"path": str(folder), "layout": "folders", "label": None, "split": None}
    assert found.ended_at is not None
    with database.reading() as session:
        rows = session.scalars(select(PhotoRow)).all()
    assert {(row.source, row.label) for row in rows} == {("disk", "circle"), ("disk", "square")}


def test_one_that_was_broken_off_goes_on_in_the_same_edit(
    database: Database, prepare: Prepare, folder: Path
) -> None:
    break_off(prepare(folder), after=50)
    again = prepare(folder)
    assert (again.done_before, again.total) == (50, 120)
    assert len(list(again.run())) == 70
    names = [name for _, name in entries(database)]
    assert (len(names), len(set(names)), {number for number, _ in entries(database)}) == (120, 120, {1})
    assert "cut_short" not in edit(database, 1).detail
    assert edit(database, 1).ended_at is not None


def test_one_that_died_after_its_last_file_is_only_ended(
    database: Database, prepare: Prepare, folder: Path
) -> None:
    for number in range(20):  # then no chunk is known to be the last one
        (folder / "circle" / f"{number:02}.jpg").unlink()
    break_off(prepare(folder), after=100)
    assert list(prepare(folder).run()) == []
    assert (edit(database, 1).ended_at is not None, edits_page(database, "shapes")[0]) == (True, 1)


def test_a_finished_one_is_not_gone_on_with(database: Database, prepare: Prepare, folder: Path) -> None:
    list(prepare(folder).run())
    assert {result.outcome for result in prepare(folder).run()} == {"duplicate"}
    assert edits_page(database, "shapes")[0] == 2


@pytest.mark.parametrize(
    "other", [{"label": "thing"}, {"split": "test"}, {"source": "b"}, {"layout": "none"}]
)
def test_one_with_other_wishes_is_another(prepare: Prepare, folder: Path, other: dict[str, str]) -> None:
    break_off(prepare(folder), after=50)
    assert prepare(folder, **other).done_before == 0
    assert prepare(folder).done_before == 50


def test_it_goes_on_with_the_layout_it_began_with(database: Database, prepare: Prepare, folder: Path) -> None:
    break_off(prepare(folder), after=50)
    (folder / "labels.csv").write_text("file,label\ncircle/59.jpg,square\n")
    again = prepare(folder)
    assert again.plan.layout == "folders"
    list(again.run())
    assert edit(database, 1).counts == {"stored": 120}


def test_a_file_that_came_meanwhile_is_taken_and_one_that_went_is_not_missed(
    database: Database, prepare: Prepare, folder: Path
) -> None:
    break_off(prepare(folder), after=50)
    (folder / "circle" / "00.jpg").unlink()
    (folder / "circle" / "00a.jpg").write_bytes(make_photo("circle", seed=99))
    assert len(list(prepare(folder).run())) == 71
    assert edit(database, 1).counts == {"stored": 121}


def test_names_that_are_one_when_they_are_cut_are_both_taken(
    database: Database, prepare: Prepare, tmp_path: Path
) -> None:
    for number in range(2):
        long = tmp_path / "photos" / f"{number}" / ("x" * 200) / ("y" * 100)
        long.mkdir(parents=True)
        (long / "1.jpg").write_bytes(make_photo(seed=number))
    name = os.fsdecode(b"\xe9.jpg")
    (tmp_path / "photos" / name).write_bytes(make_photo(seed=2))
    list(prepare(tmp_path / "photos", label="circle").run())
    assert edit(database, 1).counts == {"stored": 3}
    kept = [str(filename) for _, filename in entries(database)]
    assert kept[1] == kept[2]
    assert kept[0] == "\N{REPLACEMENT CHARACTER}.jpg"


def test_label_and_split_hold_for_all_files(database: Database, prepare: Prepare, folder: Path) -> None:
    list(prepare(folder, label="thing", split="test").run())
    with database.reading() as session:
        found = {(label, split) for label, split in session.execute(select(PhotoRow.label, PhotoRow.split))}
    assert found == {("thing", "test")}


def test_a_zip_is_imported_and_gone_on_with(database: Database, prepare: Prepare, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(make_class_zip(30))
    break_off(prepare(tmp_path / "a.zip"), after=50)
    again = prepare(tmp_path / "a.zip")
    assert (again.done_before, len(list(again.run()))) == (50, 10)
    assert edit(database, 1).counts == {"stored": 60}


def test_an_empty_folder_is_refused(prepare: Prepare, tmp_path: Path) -> None:
    (tmp_path / "empty" / "cat").mkdir(parents=True)
    with pytest.raises(InputRefused, match="Received: no file"):
        prepare(tmp_path / "empty")


def test_the_same_folder_is_imported_once_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path, "shapes", Path("/photos")):
        with alone(tmp_path, "other", Path("/photos")), alone(tmp_path, "shapes", Path("/more")):
            pass
        with pytest.raises(Conflict, match="in progress already"), alone(tmp_path, "shapes", Path("/photos")):
            pass
    with alone(tmp_path, "shapes", Path("/photos")):
        pass


def test_what_cannot_be_locked_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LenswrightError, match="The disk refused"), alone(tmp_path / "file", "t", Path("/p")):
        pass


def test_a_zip_within_the_folder_is_refused_with_what_to_do(
    database: Database, prepare: Prepare, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "train.zip").write_bytes(make_class_zip(1))
    (result,) = prepare(tmp_path / "photos").run()
    assert (result.code, result.reason) == (
        "archive_refused",
        "Expected a photo. Received: a zip; import it by itself.",
    )


def test_photos_without_a_label_are_counted_by_why(
    database: Database, prepare: Prepare, folder: Path
) -> None:
    rows = "".join(f"circle/{n:02}.jpg,{'ball' if n > 2 else ''},shelf\n" for n in range(60))
    (folder / "labels.csv").write_text(f"file,label,source\n{rows}")
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(make_photo("triangle", seed=ord(name[0]), size=(24, 20)))
    break_off(prepare(folder), after=60)
    work = prepare(folder)
    list(work.run())
    report = work.report()
    assert report is not None
    assert report.unlabelled == {"not_in_list": 2, "empty_in_list": 3}
    assert edit(database, report.edit).detail["unlabelled"] == report.unlabelled
    with database.reading() as session:
        sources = set(session.execute(select(PhotoRow.label, PhotoRow.source)))
    assert sources == {("ball", "shelf"), (None, "shelf"), ("square", "import"), (None, "import")}


def test_a_source_that_is_named_holds_for_all_photos(
    database: Database, prepare: Prepare, folder: Path
) -> None:
    (folder / "labels.csv").write_text("file,label,source\ncircle/01.jpg,ball,shelf\n")
    list(prepare(folder, source="disk").run())
    with database.reading() as session:
        assert set(session.scalars(select(PhotoRow.source))) == {"disk"}
