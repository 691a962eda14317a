"""A thumbnail is made once; a lost or damaged one again; a full disk does not stop it."""

import io
from pathlib import Path

import pytest
from PIL import Image

from lenswright.errors import StorageFailure, UnreadableImage
from lenswright.storage.thumbnails import Thumbnails
from tests.builders import photo

HASH = "ab" + "c" * 62


@pytest.fixture
def thumbnails(tmp_path: Path) -> Thumbnails:
    return Thumbnails(tmp_path / "thumbnails")


def never() -> bytes:
    raise AssertionError("it is made already")


def test_a_thumbnail_is_made_once(thumbnails: Thumbnails, tmp_path: Path) -> None:
    made = thumbnails.of(HASH, lambda: photo(width=500, height=400))
    assert Image.open(io.BytesIO(made)).size == (192, 154)
    assert thumbnails.of(HASH, never) == made
    assert [file.name for file in (tmp_path / "thumbnails" / "ab").iterdir()] == [f"{HASH}.jpg"]


def test_a_thumbnail_cut_off_by_a_power_cut_is_made_again(thumbnails: Thumbnails, tmp_path: Path) -> None:
    made = thumbnails.of(HASH, photo)
    (tmp_path / "thumbnails" / "ab" / f"{HASH}.jpg").write_bytes(b"")
    assert thumbnails.of(HASH, photo) == made
    assert thumbnails.of(HASH, never) == made


def test_a_removed_thumbnail_is_gone_and_may_be_gone_already(thumbnails: Thumbnails) -> None:
    thumbnails.of(HASH, photo)
    assert list(thumbnails.hashes()) == [HASH]
    for _ in range(2):
        thumbnails.remove(HASH)
    assert list(thumbnails.hashes()) == []


def test_a_disk_that_refuses_to_keep_it_does_not_stop_the_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "thumbnails").write_text("a file where the folder should be")
    assert Thumbnails(tmp_path / "thumbnails").of(HASH, photo).startswith(b"\xff\xd8")
    assert "not kept" in caplog.text


def test_a_disk_that_refuses_to_remove_it_is_a_storage_failure(
    thumbnails: Thumbnails, tmp_path: Path
) -> None:
    (tmp_path / "thumbnails" / "ab" / f"{HASH}.jpg").mkdir(parents=True)
    with pytest.raises(StorageFailure):
        thumbnails.remove(HASH)


def test_a_photo_that_cannot_be_decoded_leaves_nothing(thumbnails: Thumbnails) -> None:
    with pytest.raises(UnreadableImage):
        thumbnails.of(HASH, lambda: photo()[:300])
    assert list(thumbnails.hashes()) == []
