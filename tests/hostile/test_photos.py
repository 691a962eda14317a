"""Ten thousand damaged, lying and odd photos, in every way a photo can be sent."""

import base64
import io
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.builders import make_photo, make_zip
from tests.dataset.hostile_zips import nested, overlapping, with_crc_error, with_flags, with_promised_size
from tests.hostile.pictures import KINDS, NAMES, hostile_photos, mutated, seeds
from tests.hostile.service import HostileService
from tests.hostile.tally import SPIKE_MB, Memory, Tally, examples

# decode.py asks for the same once; pytest starts each test with filters of its own.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:::PIL")]

PHOTOS, BATCHES, UPLOADS, ZIPS = 8_500, 400, 700, 400


def tried(usual: int) -> settings:
    """Return how `usual` examples are tried: always the same ones, none of which is looked at twice."""
    return settings(
        max_examples=examples(usual),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def as_sent(data: bytes, way: int) -> dict[str, Any]:
    """Return one of the ways to send a photo, as the test client takes it."""
    if way % 3 == 0:
        return {"data": data, "content_type": KINDS[way % len(KINDS)]}
    if way % 3 == 1:
        return {"data": {("image", "file")[way % 2]: (io.BytesIO(data), NAMES[way % len(NAMES)])}}
    return {"json": {"image_base64": base64.b64encode(data).decode()}}


def test_no_photo_is_our_fault_and_none_takes_long_or_much_memory(
    service: HostileService, tally: Tally
) -> None:
    client, memory = service.app.test_client(), Memory.start()

    @tried(PHOTOS)
    @given(photo=hostile_photos(), way=st.integers(0, 47))
    def send(photo: tuple[str, bytes], way: int) -> None:
        name, data = photo
        explain = "?explain=true&top_k=1" if way == 7 else ""
        tally.ask(name, lambda: client.post(f"/predict{explain}", **as_sent(data, way)))

    send()
    assert tally.statuses.total() >= examples(PHOTOS) * 0.99
    assert set(tally.statuses) == {200, 400, 413, 415}
    assert min(tally.statuses[200], tally.statuses[415]) > tally.statuses.total() * 0.1  # both sides are seen
    assert memory.spike_mb() < SPIKE_MB


def test_every_seed_itself_is_answered(service: HostileService, tally: Tally) -> None:
    client = service.app.test_client()
    for name, data in seeds():
        tally.ask(name, lambda data=data: client.post("/predict", data=data, content_type="image/png"))
    assert len(seeds()) > 150
    assert set(tally.statuses) <= {200, 413, 415}


def test_no_batch_of_photos_is_our_fault(service: HostileService, tally: Tally) -> None:
    client = service.app.test_client()

    @tried(BATCHES)
    @given(photos=st.lists(hostile_photos(), min_size=1, max_size=4), zipped=st.booleans())
    def send(photos: list[tuple[str, bytes]], zipped: bool) -> None:
        files = [(io.BytesIO(data), f"{number}.jpg") for number, (_, data) in enumerate(photos)]
        packed = make_zip({f"{number}.jpg": data for number, (_, data) in enumerate(photos)})
        sent = {"data": packed, "content_type": "application/zip"} if zipped else {"data": {"images": files}}
        tally.ask(str(photos)[:200], lambda: client.post("/predict/batch", **sent))

    send()
    assert {200, 422} <= set(tally.statuses) <= {200, 413, 422}


def test_no_uploaded_photo_is_our_fault(service: HostileService, tally: Tally) -> None:
    client, memory = service.app.test_client(), Memory.start()

    @tried(UPLOADS)
    @given(photo=hostile_photos(), name=st.sampled_from(NAMES))
    def send(photo: tuple[str, bytes], name: str) -> None:
        sent = {"files[]": (io.BytesIO(photo[1]), name or "x"), "label": "cat"}
        tally.ask(photo[0], lambda: client.post("/upload-data", data=sent))

    send()
    assert {201, 422} <= set(tally.statuses) <= {200, 201, 422}
    assert memory.spike_mb() < SPIKE_MB


SMALL = make_photo(size=(32, 24))
ARCHIVES = {
    "plain": make_zip({"cat/a.jpg": SMALL, "dog/b.gif": make_photo(size=(32, 24), format="GIF")}),
    "labels": make_zip({"a.jpg": SMALL, "labels.csv": b"filename,label\na.jpg,cat\n"}),
    "nested": nested(),
    "crc": with_crc_error(),
    "overlapping": overlapping(50, 2_000),
    "encrypted": with_flags(make_zip({"a.jpg": SMALL}), 1),
    "liar": with_promised_size(make_zip({"a.jpg": SMALL}), 2**31),
    "outside": make_zip({"../../x.jpg": SMALL, "/etc/y.jpg": SMALL, "a\\..\\b.jpg": b"x"}),
}  # fmt: skip


@pytest.mark.parametrize("path", ["/predict/batch", "/upload-data"])
def test_no_mutated_zip_is_our_fault(service: HostileService, tally: Tally, path: str) -> None:
    client, memory = service.app.test_client(), Memory.start()

    @tried(ZIPS // 2)
    @given(archive=mutated(tuple(ARCHIVES.items())))
    def send(archive: tuple[str, bytes]) -> None:
        field = "images" if path == "/predict/batch" else "files[]"
        sent = {field: (io.BytesIO(archive[1]), "photos.zip")}
        tally.ask(archive[0], lambda: client.post(path, data=sent))

    send()
    assert len(tally.statuses) >= 2
    assert memory.spike_mb() < SPIKE_MB


def test_hostile_photos_from_several_clients_at_once_fail_nobody(
    service: HostileService, tally: Tally
) -> None:
    good, bad = make_photo(size=(96, 72)), [data for _, data in seeds()]
    failed: list[BaseException] = []

    def work(first: int) -> None:
        client = service.app.test_client()
        try:
            for data in bad[first::4]:
                tally.ask("a seed", lambda data=data: client.post("/predict", data=data))
                assert tally.ask("a photo", lambda: client.post("/predict", data=good)).status_code == 200
        except BaseException as exc:
            failed.append(exc)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
