"""The command that opens the stores itself, in a home of its own."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from lenswright.access.audit import AuditTrail, AuditWish
from lenswright.cli import service_home
from lenswright.cli.__main__ import main
from lenswright.dataset.intake import Intake
from lenswright.errors import StorageFailure
from lenswright.storage.database import open_database
from lenswright.storage.dataset_tables import EditRow, PhotoRow
from tests.builders import make_photo
from tests.cli.conftest import Called

Import = Callable[..., Called]


@pytest.fixture
def import_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Return `import_folder("--task", "pets")`, which imports the folder `photos`."""
    monkeypatch.setenv("LENSWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LENSWRIGHT_API_URL", "http://127.0.0.1:9")  # where no service answers
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, path: str = "photos") -> Called:
        out, err = io.StringIO(), io.StringIO()
        status = main(["import", path, *arguments], out, err)
        return Called(status, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("cat/1.jpg", "cat/2.jpg", "dog/3.jpg"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(make_photo(seed=int(name[4])))
    return tmp_path / "photos"


def rows(tmp_path: Path) -> tuple[list[EditRow], list[PhotoRow]]:
    database = open_database(f"sqlite:///{tmp_path / 'home' / 'data' / 'lenswright.db'}")
    with database.reading() as session:
        found = list(session.scalars(select(EditRow))), list(session.scalars(select(PhotoRow)))
    database.close()
    return found


def test_a_folder_is_imported_into_the_home_of_the_service(
    import_folder: Import, photos: Path, tmp_path: Path
) -> None:
    (photos / "notes.txt").write_text("words")
    called = import_folder("--task", "My Pets", "--source", "old disk")
    assert called.status == 0
    assert called.out.startswith("my-pets: stored 3, refused 1. 4 files in ")
    assert "  notes.txt: Expected a photo as " in called.out
    assert called.err.splitlines()[:2] == [
        f"4 files into my-pets, in the home {tmp_path / 'home'}.",
        "Layout folders: a folder for each class.",
    ]
    edits, stored = rows(tmp_path)
    assert [(edit.action, edit.source, edit.by.split(",")[0]) for edit in edits] == [
        ("import", "old disk", "command line")
    ]
    assert {(photo.filename, photo.label, photo.source) for photo in stored} == {
        ("cat/1.jpg", "cat", "old disk"),
        ("cat/2.jpg", "cat", "old disk"),
        ("dog/3.jpg", "dog", "old disk"),
    }
    assert len([*(tmp_path / "home" / "uploads").rglob("*.jpg")]) == 3


def test_a_list_is_read_and_what_it_names_in_vain_is_refused(import_folder: Import, photos: Path) -> None:
    (photos / "labels.csv").write_text("id,breed\n1,poodle\n2,pug\n9,pug\n")
    record = json.loads(import_folder("--json").out)
    assert (record["layout"], record["list"], record["files"]) == ("csv", "labels.csv", 4)
    assert record["counts"] == {"stored": 3, "refused": 1}
    assert [(row["filename"], row["code"]) for row in record["refused"]] == [("9", "missing_file")]


def test_a_second_import_finds_only_duplicates_and_is_no_failure(import_folder: Import, photos: Path) -> None:
    import_folder()
    called = import_folder("--layout", "none")
    assert (called.status, called.out.partition(".")[0]) == (0, "cats-vs-dogs: duplicate 3")


def test_duplicates_under_another_label_are_said(import_folder: Import, photos: Path) -> None:
    import_folder()
    assert "3 duplicates came with another label" in import_folder("--label", "thing").out


def test_a_folder_without_a_photo_in_it_is_a_failure(import_folder: Import, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    assert import_folder().status == 1
    (tmp_path / "photos" / "a.txt").write_text("words")
    assert import_folder().status == 1


def test_what_breaks_off_says_how_to_go_on(
    import_folder: Import, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Intake, task: str, *rest: object, **more: object) -> None:
        raise StorageFailure("The files could not be written: No space left on device.")

    monkeypatch.setattr(Intake, "take", full)
    called = import_folder()
    assert called.status == 1
    assert called.out.splitlines()[-1] == (
        "The files could not be written: No space left on device."
        " What is in stays; run the same command again to go on."
    )


def test_ctrl_c_ends_with_three(import_folder: Import, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Intake, task: str, *rest: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Intake, "take", interrupted)
    called = import_folder()
    assert (called.status, called.out.splitlines()[-1]) == (
        3,
        "Stopped. What is in stays; run the same command again to go on.",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--label", "a/b"], "Expected a label"),
        (["--source", "x" * 101], "Expected a source"),
        (["--task", "!"], "Expected a task name"),
        (["--layout", "csv"], "Expected a CSV"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_taken(
    import_folder: Import, photos: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    called = import_folder(*arguments)
    assert (called.status, called.err.startswith(words)) == (1, True)
    assert rows(tmp_path) == ([], [])


def test_a_path_that_is_not_there_is_said(import_folder: Import, tmp_path: Path) -> None:
    called = import_folder(path="nowhere")
    assert called == Called(
        1, "", f"Expected a folder, a zip or a CSV at {tmp_path / 'nowhere'}. Received: nothing is there.\n"
    )


def test_the_home_may_be_named(import_folder: Import, photos: Path, tmp_path: Path) -> None:
    assert import_folder("--home", str(tmp_path / "other")).status == 0
    assert (tmp_path / "other" / "data" / "lenswright.db").exists()
    assert not (tmp_path / "home").exists()


def test_in_a_clone_the_home_is_that_of_the_service_wherever_it_is_called(
    import_folder: Import, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LENSWRIGHT_HOME")
    monkeypatch.setattr(service_home, "CLONE", tmp_path / "clone")
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "app.py").write_text("")
    assert import_folder().status == 0
    assert (tmp_path / "clone" / "data" / "lenswright.db").exists()
    (tmp_path / "clone" / "app.py").unlink()
    assert import_folder().status == 0
    assert (tmp_path / "data" / "lenswright.db").exists()


def test_an_import_is_in_the_audit_log(import_folder: Import, photos: Path, tmp_path: Path) -> None:
    import_folder("--task", "pets")
    database = open_database(f"sqlite:///{tmp_path / 'home' / 'data' / 'lenswright.db'}")
    _, [entry] = AuditTrail(database).page(AuditWish(), offset=0, limit=9)
    database.close()
    [edit], _ = rows(tmp_path)
    assert (entry.deed.by, entry.deed.action, entry.deed.target) == (
        edit.by,
        "lenswright import",
        str(photos),
    )
    assert (entry.outcome, entry.deed.detail["edit"], entry.deed.detail["stored"]) == ("done", edit.id, 3)
