"""A disk without room, and one that may not be written, under a service that runs or is to start."""

import itertools
from collections.abc import Iterator

import pytest
import requests

from tests.builders import make_class_zip, make_photo
from tests.faults.clients import TASK, Book
from tests.faults.conftest import Note
from tests.faults.disks import fill, small_disk, write_protected
from tests.faults.evidence import Evidence
from tests.faults.load import Load
from tests.faults.service import FIRST, SECOND, Service, stock
from tests.models import photo_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has a disk of 40 MB for itself, and four photos; every test leaves it running."""
    with small_disk(tmp_path_factory.mktemp("disk"), "40m") as disk:
        stock(disk / "home")
        started = Service(disk / "home").start()
        photos = ("files[]", ("shapes.zip", make_class_zip(2)))
        assert started.post("/upload-data", files=[photos], data={"task": TASK}).status_code == 201
        yield started
        started.close()


_seeds = itertools.count(1_000)  # of photos that were never sent before


def upload(service: Service, seed: int) -> requests.Response:
    files = [("files[]", (f"{seed}.jpg", make_photo(seed=seed, size=(400, 300), quality=95)))]
    return service.post("/upload-data", files=files, data={"task": TASK})


def label(service: Service, name: str) -> requests.Response:
    return service.post("/dataset/images/label", json={"task": TASK, "photos": [1], "label": name})


def assert_told_to_come_back(answer: requests.Response, *words: str) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    problem = answer.json()
    assert problem["code"] == "storage_failure"
    assert any(word in problem["detail"] for word in words), problem["detail"]


def test_a_disk_that_is_full_refuses_what_is_new_and_goes_on_answering(service: Service, note: Note) -> None:
    ballast = fill(service.home.parent)
    with Load(service.port, [photo_of(0), photo_of(1)], connections=2) as load:
        refused = [upload(service, seed) for seed in range(100, 104)]
        refused += [label(service, "square"), service.promote(FIRST)]
        load.wait_for_answers(50)
    service.kill()
    service.start()  # with no more room than before
    assert service.predict(photo_of(0))["model_version"] == SECOND
    refused.append(upload(service, 104))
    assert load.failures == []
    for answer in refused:
        assert_told_to_come_back(answer, "No space left", "disk is full", "disk I/O error")
    ballast.unlink()
    assert_all_goes_on(service)
    note(
        "disk full, and a start on it",
        seen="503 with Retry-After to uploads, labels and promotions; predictions go on",
        figure=f"0 of {len(load.seen)} predictions failed, {len(refused)} of {len(refused)} changes refused",
    )


def assert_all_goes_on(service: Service) -> None:
    """Fail unless changes are taken again, with nothing half-written; the champion is as before then."""
    fresh = next(_seeds)
    assert upload(service, fresh).status_code == 201
    assert label(service, "square").ok
    assert service.promote(FIRST).ok
    book = Book(labels={1: ["square"]}, labelled={1}, champions=[FIRST])
    Evidence(service.home).holds(book)
    assert service.promote(SECOND).ok
    assert label(service, "circle").ok


def test_folders_of_files_that_turn_read_only_refuse_uploads_and_leave_the_rest(
    service: Service, note: Note
) -> None:
    with write_protected(service.home / "uploads", service.home / "models"):
        assert_told_to_come_back(upload(service, 100), "Read-only file system")
        assert label(service, "square").ok
        assert service.promote(FIRST).ok
        assert service.predict(photo_of(0))["predicted_class"] == "cat"
        assert requests.get(f"{service.url}/dataset/images/1", timeout=10).ok
    assert_all_goes_on(service)
    note(
        "uploads/ and models/ read-only",
        seen="503 with Retry-After to uploads; labels, promotions and predictions go on",
        figure="0 failed",
    )


def test_a_home_that_may_not_be_written_is_said_so_at_the_start(service: Service, note: Note) -> None:
    assert service.stop() == 0
    with write_protected(service.home):
        assert service.start(ready=False).ended(40) == 1
        words = service.words()
    assert "Cannot start" in words
    assert str(service.home / "data" / "lenswright.db") in words
    assert "Traceback" not in words
    service.start()
    assert_all_goes_on(service)
    note("start on a read-only home", seen="exit status 1 and a line that names the file", figure="said")
