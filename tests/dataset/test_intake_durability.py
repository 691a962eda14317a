"""What was acknowledged is on disk, whatever fails; many at once, a batch in memory."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from lenswright.dataset.intake import CHUNK_BYTES, CHUNK_PHOTOS, Intake, IntakeResult, Upload
from lenswright.dataset.registration import Registration
from lenswright.dataset.statistics import dataset_statistics, photo
from lenswright.errors import StorageFailure
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database
from lenswright.storage.dataset_tables import PhotoRow
from tests.builders import encode, make_photo, make_photos, make_pixels
from tests.dataset.conftest import Take


def rows_in(database: Database) -> int:
    return dataset_statistics(database, "shapes").total


class FullAfter(Blobs):
    """Blobs on a disk that is full after so many writes."""

    def __init__(self, url: str, writes: int) -> None:
        super().__init__(url)
        self.left = writes

    def write_many(self, blobs: dict[str, bytes]) -> None:  # type: ignore[override]
        if not self.left:
            raise StorageFailure("The files could not be written: No space left on device.")
        self.left -= 1
        super().write_many(blobs)


def test_a_file_that_went_missing_is_written_again(take: Take, database: Database, blobs: Blobs) -> None:
    data = make_photo()
    take(Upload("x", data))
    key = photo(database, 1).key
    blobs.delete(key)
    (result,) = take(Upload("x", data))
    assert result.outcome == "duplicate"
    assert blobs.read(key) == data


def test_a_file_that_was_damaged_is_written_again(take: Take, database: Database, blobs: Blobs) -> None:
    data = make_photo()
    take(Upload("x", data))
    key = photo(database, 1).key
    blobs.write(key, data[:100])
    (result,) = take(Upload("x", data))
    assert result.outcome == "duplicate"
    assert blobs.read(key) == data


def test_uploads_are_read_no_more_than_two_chunks_ahead(intake: Intake) -> None:
    handed_out = 0

    def uploads() -> Iterator[Upload]:
        nonlocal handed_out
        for data in [b"no photo"] * 4 * CHUNK_PHOTOS:
            handed_out += 1
            yield Upload("x", data)

    results = intake.take("shapes", uploads(), source="test")
    assert handed_out == 0
    next(results)
    assert handed_out == 2 * CHUNK_PHOTOS


def test_a_chunk_of_large_files_is_short(intake: Intake) -> None:
    large = [Upload("x", bytes(CHUNK_BYTES // 2)) for _ in range(6)]
    remaining = iter(large)
    next(intake.take("shapes", remaining, source="test"))
    assert len(list(remaining)) == 2


def test_what_was_read_before_a_failure_is_taken_in(intake: Intake, database: Database) -> None:
    def uploads() -> Iterator[Upload]:
        yield from (Upload("x", b"no photo") for _ in range(CHUNK_PHOTOS))
        yield from (Upload(str(number), data) for number, data in enumerate(make_photos(3)))
        raise OSError("The cable was pulled.")

    results: list[IntakeResult] = []
    with pytest.raises(OSError, match="cable"):
        results.extend(intake.take("shapes", uploads(), source="test"))
    assert [result.outcome for result in results[CHUNK_PHOTOS:]] == ["stored"] * 3
    assert rows_in(database) == 3


def test_bytes_are_on_disk_before_their_rows(database: Database, tmp_path: Path) -> None:
    class Watched(Blobs):
        def write_many(self, blobs: dict[str, bytes]) -> None:  # type: ignore[override]
            assert rows_in(database) == 0
            super().write_many(blobs)

    blobs = Watched(str(tmp_path / "uploads"))
    intake = Intake(database, blobs, limits=DecodeLimits())
    for result in intake.take("shapes", [Upload("x", make_photo())], source="test"):
        assert blobs.exists(photo(database, int(result.id or 0)).key)


def test_a_full_disk_loses_nothing_that_was_acknowledged(database: Database, tmp_path: Path) -> None:
    blobs = FullAfter(str(tmp_path / "uploads"), writes=1)
    intake = Intake(database, blobs, limits=DecodeLimits())
    uploads = [
        Upload(str(number), data, "circle") for number, data in enumerate(make_photos(CHUNK_PHOTOS + 30))
    ]
    acknowledged: list[IntakeResult] = []
    with pytest.raises(StorageFailure, match="No space left"):
        acknowledged.extend(intake.take("shapes", uploads, source="test"))
    assert rows_in(database) == CHUNK_PHOTOS
    blobs.left = 99
    again = list(intake.take("shapes", uploads, source="test"))
    assert Counter(result.outcome for result in again) == {"duplicate": CHUNK_PHOTOS, "stored": 30}


def test_after_a_failed_commit_the_index_forgets_what_was_not_stored(
    intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Image.fromarray(make_pixels(size=(320, 240)))
    enter_all = Registration.enter_all

    def enter_and_fail(self: Registration, photos: object) -> object:
        enter_all(self, photos)  # type: ignore[arg-type]
        raise StorageFailure("The database refused: disk is full.")

    monkeypatch.setattr(Registration, "enter_all", enter_and_fail)
    with pytest.raises(StorageFailure):
        list(intake.take("shapes", [Upload("x", encode(image), "circle", "test")], source="test"))
    monkeypatch.undo()
    (other,) = intake.take("shapes", [Upload("y", make_photo(seed=9), "circle", "train")], source="test")
    (copy,) = intake.take(
        "shapes", [Upload("z", encode(image, quality=50), "circle", "train")], source="test"
    )
    assert (other.split, copy.split) == ("train", "train")
    assert photo(database, int(copy.id or 0)).group_id == copy.id


def test_threads_that_upload_the_same_photos_store_each_once(intake: Intake, database: Database) -> None:
    uploads = [Upload(str(number), data, "circle") for number, data in enumerate(make_photos(60))]
    outcomes: Counter[str] = Counter()

    def upload_all() -> None:
        outcomes.update([result.outcome for result in intake.take("shapes", uploads, source="test")])

    threads = [threading.Thread(target=upload_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"stored": 60, "duplicate": 180}
    with database.reading() as session:
        assert len(session.scalars(select(PhotoRow.id)).all()) == 60


def test_what_was_acknowledged_survives_kill_9(database_url: str, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from lenswright.dataset.intake import Intake, Upload\n"
        "from lenswright.imaging.decode import DecodeLimits\n"
        "from lenswright.storage.blobs import Blobs\n"
        "from lenswright.storage.database import open_database\n"
        "from tests.builders import make_photo\n"
        "database = open_database(sys.argv[2])\n"
        "intake = Intake(database, Blobs(f'{sys.argv[1]}/uploads'), limits=DecodeLimits())\n"
        "uploads = (Upload(str(seed), make_photo(seed=seed), 'circle') for seed in range(100_000))\n"
        "for result in intake.take('shapes', uploads, source='test'): print(result.path, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), database_url]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    acknowledged = [child.stdout.readline().strip() for _ in range(120)]
    os.kill(child.pid, signal.SIGKILL)
    acknowledged += child.stdout.read().split("\n")[:-1]
    child.communicate()
    database = open_database(database_url)
    blobs = Blobs(str(tmp_path / "uploads"))
    with database.reading() as session:
        stored = {
            f"uploads/{row.sha256[:2]}/{row.sha256}.jpg": row for row in session.scalars(select(PhotoRow))
        }
    assert set(acknowledged) - {""} <= set(stored)
    for path, row in stored.items():
        assert hashlib.sha256(blobs.read(path.removeprefix("uploads/"))).hexdigest() == row.sha256
    database.close()
