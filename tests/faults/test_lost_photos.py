"""Photos whose files are lost, cut or exchanged on the disk, under a real service."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import make_class_zip, make_photo
from tests.faults.clients import TASK
from tests.faults.conftest import Note
from tests.faults.service import Service, stock

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

LOST, CUT, EXCHANGED = 0, 1, 2  # which of the three photos of `sent` is harmed, and how


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("lost") / "home"
    stock(home)
    started = Service(home).start()
    photos = ("files[]", ("shapes.zip", make_class_zip(2)))
    assert started.post("/upload-data", files=[photos], data={"task": TASK}).status_code == 201
    yield started
    started.close()


@pytest.fixture(scope="module")
def sent() -> list[bytes]:
    return [make_photo(seed=900 + number) for number in range(3)]


@pytest.fixture(scope="module")
def harmed(service: Service, sent: list[bytes]) -> list[int]:
    """Return the ids of three photos whose files were harmed, each in its own way."""
    ids = upload(service, sent)
    folder = service.home / "uploads"
    file_of(folder, sent[LOST]).unlink()
    file_of(folder, sent[CUT]).write_bytes(sent[CUT][:500])
    file_of(folder, sent[EXCHANGED]).write_bytes(make_photo("square", seed=999))
    return ids


def upload(service: Service, photos: list[bytes]) -> list[int]:
    files = [("files[]", (f"{number}.jpg", data)) for number, data in enumerate(photos)]
    answer = service.post("/upload-data", files=files, data={"task": TASK, "label": "circle"})
    assert answer.ok, answer.text
    return [result["id"] or result["duplicate_of"] for result in answer.json()["results"]]


def file_of(folder: Path, data: bytes) -> Path:
    sha256 = hashlib.sha256(data).hexdigest()
    return folder / sha256[:2] / f"{sha256}.jpg"


def test_what_is_lost_is_said_so_and_all_else_is_shown(service: Service, harmed: list[int]) -> None:
    assert service.answer(f"/dataset/images/{harmed[LOST]}").status_code == 404
    for photo in harmed:
        for path in ("", "/thumbnail", "/details"):
            answer = service.answer(f"/dataset/images/{photo}{path}")
            assert answer.status_code in (200, 404, 415, 422), (path, answer.text)
    assert service.answer("/dataset/images", task=TASK).json()["total"] == 7


def test_an_export_names_what_it_lacks(service: Service, harmed: list[int]) -> None:
    answer = service.answer("/dataset/export", task=TASK)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        lacking = archive.read(next(name for name in archive.namelist() if name.endswith("missing.txt")))
    assert str(harmed[LOST]) in lacking.decode()


def test_sending_a_photo_again_mends_it(
    service: Service, sent: list[bytes], harmed: list[int], note: Note
) -> None:
    assert upload(service, sent) == harmed
    for photo, data in zip(harmed, sent, strict=True):
        assert service.answer(f"/dataset/images/{photo}").content == data
    note(
        "files of photos lost, cut or exchanged",
        seen="404 or 422 for them alone; an export names them; sent again they are mended",
        figure="3 of 3 mended",
    )
