"""The queue of photos of predictions: bounded, off the request's path, empty at close."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from lenswright.dataset.kept_photos import KeptPhotos, PredictedPhoto
from lenswright.errors import StorageFailure

ONE = PredictedPhoto(b"x" * 100, "r-1", "pets", "v1", "cat", 0.4, "uncertain", 0.8, 0.3, 1_700_000_000.0)


class Shelf:
    """Keeps what it is given, as often as it may."""

    def __init__(self) -> None:
        self.photos: list[PredictedPhoto] = []
        self.may = threading.Event()
        self.may.set()
        self.began = threading.Event()

    def keep(self, photos: Sequence[PredictedPhoto]) -> int:
        self.began.set()
        assert self.may.wait(10), "nobody let it go on"
        self.photos += photos
        return 0

    @property
    def ids(self) -> list[str]:
        return [photo.request_id for photo in self.photos]


def named(*request_ids: str) -> list[PredictedPhoto]:
    return [replace(ONE, request_id=request_id) for request_id in request_ids]


def wait_for(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends, "nothing happened for ten seconds"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [("no", []), ("unsure", ["uncertain", "unknown"]), ("all", ["accepted", "uncertain", "unknown"])],
)
def test_the_setting_says_which_answers_are_worth_keeping(wanted: str, kept: list[str]) -> None:
    photos = KeptPhotos(Shelf().keep, wanted)  # type: ignore[arg-type]
    assert [status for status in ("accepted", "uncertain", "unknown") if photos.wants(status)] == kept


def test_a_photo_is_filed_soon_by_another_thread() -> None:
    shelf = Shelf()
    photos = KeptPhotos(shelf.keep, "all", gather_s=0)
    photos.add(ONE)
    wait_for(lambda: shelf.photos)
    photos.add(replace(ONE, request_id="r-2"))
    wait_for(lambda: len(shelf.photos) == 2)
    photos.close()
    assert (shelf.ids, photos.dropped) == (["r-1", "r-2"], 0)


def test_close_files_all_that_is_left_and_takes_no_more() -> None:
    shelf = Shelf()
    photos = KeptPhotos(shelf.keep, "all", gather_s=60)
    for photo in named(*(str(number) for number in range(120))):
        photos.add(photo)
    photos.close()
    photos.add(ONE)
    assert (shelf.ids, photos.dropped) == ([str(number) for number in range(120)], 1)


def test_without_a_photo_there_is_no_thread() -> None:
    before = threading.active_count()
    photos = KeptPhotos(Shelf().keep, "all")
    assert threading.active_count() == before
    photos.close()


@pytest.mark.parametrize("bounds", [{"queue_photos": 3}, {"queue_bytes": 399}])
def test_a_full_queue_drops_and_counts_and_does_not_wait(bounds: dict[str, int]) -> None:
    shelf = Shelf()
    photos = KeptPhotos(shelf.keep, "all", gather_s=60, **bounds)  # type: ignore[arg-type]
    for photo in named("1", "2", "3", "4", "5"):
        photos.add(photo)
    assert photos.dropped == 2
    photos.close()
    assert shelf.ids == ["1", "2", "3"]


def test_room_that_was_made_is_used_again() -> None:
    shelf = Shelf()
    photos = KeptPhotos(shelf.keep, "all", gather_s=60, queue_bytes=200)
    for photo in named("1", "2"):
        photos.add(photo)
    photos.settle("1")
    photos.add(replace(ONE, request_id="3"))
    photos.close()
    assert (shelf.ids, photos.dropped) == (["1", "2", "3"], 0)


def test_whoever_needs_a_photo_has_it_filed_at_once_and_only_that() -> None:
    shelf = Shelf()
    photos = KeptPhotos(shelf.keep, "all", gather_s=60)
    for photo in named("1", "2", "1"):
        photos.add(photo)
    photos.settle("1")
    photos.settle("nobody")
    assert shelf.ids == ["1", "1"]
    photos.close()
    assert shelf.ids == ["1", "1", "2"]


def test_a_photo_that_is_being_filed_is_waited_for() -> None:
    shelf = Shelf()
    shelf.may.clear()
    photos = KeptPhotos(shelf.keep, "all", gather_s=0)
    photos.add(ONE)
    assert shelf.began.wait(10)
    seen: list[list[str]] = []
    waiting = threading.Thread(target=lambda: (photos.settle("r-1"), seen.append(shelf.ids)))
    waiting.start()
    shelf.may.set()
    waiting.join(10)
    photos.close()
    assert seen == [["r-1"]]


@pytest.mark.parametrize("error", [StorageFailure("The disk is full."), ValueError("a mistake")])
def test_a_failure_is_counted_and_the_next_photo_is_kept(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    shelf, failing = Shelf(), [True]

    def keep(batch: Sequence[PredictedPhoto]) -> int:
        if failing.pop() if failing else False:
            raise error
        return shelf.keep(batch)

    photos = KeptPhotos(keep, "all", gather_s=0, rest=0)
    photos.add(ONE)
    wait_for(lambda: photos.dropped == 1)
    photos.add(replace(ONE, request_id="r-2"))
    photos.close()
    assert shelf.ids == ["r-2"]
    assert str(error) in caplog.text


def test_what_found_no_room_counts_as_dropped() -> None:
    photos = KeptPhotos(lambda batch: len(batch) - 1, "all", gather_s=60)
    for photo in named("1", "2", "3"):
        photos.add(photo)
    photos.close()
    assert photos.dropped == 2
