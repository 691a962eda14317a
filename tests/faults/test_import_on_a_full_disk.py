"""An import onto a disk that becomes full half-way, and one that has room again."""

import errno
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from lenswright.dataset import intake as intake_module
from lenswright.dataset.edit_history import edit
from lenswright.dataset.folder_import import FolderImport, ImportWish
from lenswright.dataset.intake import Intake
from lenswright.dataset.photo_source import open_source
from lenswright.dataset.upload import IntakeResult
from lenswright.dataset.zip_safety import ArchiveLimits
from lenswright.errors import StorageFailure
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blob_folder import BlobFolder
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import make_photo

PHOTOS = 120
DISK_BYTES = 1_500_000


class FillingFolder(BlobFolder):
    """A blob folder that has room for `room` more files."""

    room = 70

    def write(self, blobs: Mapping[str, bytes]) -> None:
        for key, data in blobs.items():
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.room -= 1
            super().write({key: data})


@pytest.fixture(autouse=True)
def chunks_of_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "CHUNK_PHOTOS", 50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photos" / "circle").mkdir(parents=True)
    for number in range(PHOTOS):
        file = tmp_path / "photos" / "circle" / f"{number:03}.jpg"
        file.write_bytes(make_photo(seed=number, size=(200, 150), quality=95))
    return tmp_path / "photos"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Lend a real file system of 1.5 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False, text=True)
    except OSError as exc:
        pytest.skip(f"no file system can be mounted here: {exc}")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def prepare(database: Database, blobs: Blobs, folder: Path) -> FolderImport:
    intake = Intake(database, blobs, limits=DecodeLimits())
    return FolderImport(database, intake, ImportWish("shapes", folder), open_source(folder, ArchiveLimits()))


def take(work: FolderImport) -> int:
    """Return how many files were acknowledged before the disk was full."""
    done: list[IntakeResult] = []
    with pytest.raises(StorageFailure, match=r"No space left|disk is full"):
        done.extend(work.run())
    return len(done)


def photos(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(PhotoRow.filename)))


def test_what_was_acknowledged_stays_and_it_goes_on_when_there_is_room(
    database: Database, folder: Path, tmp_path: Path
) -> None:
    blobs = Blobs(str(tmp_path / "uploads"))
    store = FillingFolder(tmp_path / "uploads")
    blobs._store = store  # the fault is in the store, below everything that is ours
    done = take(prepare(database, blobs, folder))
    assert (done, len(photos(database)), edit(database, 1).counts) == (50, 50, {"stored": 50})
    store.room = 1_000
    again = prepare(database, blobs, folder)
    assert (again.done_before, len(list(again.run()))) == (50, 70)
    assert edit(database, 1).counts == {"stored": PHOTOS}
    assert len(photos(database)) == PHOTOS


def test_a_real_disk_that_is_full_leaves_no_photo_without_its_file(small_disk: Path, folder: Path) -> None:
    database = open_database(f"sqlite:///{small_disk / 'lenswright.db'}")
    blobs = Blobs(str(small_disk / "uploads"))
    done = take(prepare(database, blobs, folder))
    assert done <= len(photos(database)) < PHOTOS
    with database.reading() as session:
        rows = session.scalars(select(PhotoRow)).all()
    assert all(blobs.exists(f"{row.sha256[:2]}/{row.sha256}.jpg") for row in rows)
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    list(prepare(database, blobs, folder).run())
    assert (len(photos(database)), edit(database, 1).counts) == (PHOTOS, {"stored": PHOTOS})
    database.close()
