"""The same attacks on a real server, whose memory is watched: one process, default settings."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings

from benchmarks.instance import Instance, running_api
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from tests.builders import make_photo
from tests.hostile.pictures import hostile_photos
from tests.hostile.tally import SPIKE_MB, Memory, Tally, examples
from tests.imaging.bombs import of_many_parts, of_many_scans, plain, turned
from tests.models import write_tiny_bundle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells of peaks"),
    pytest.mark.filterwarnings("ignore:::PIL"),
]

PHOTO = make_photo(size=(96, 72))
PHOTOS = 1_000
SIDE = 6_800  # 46 of the 50 million pixels that the default allows
PATIENCE_S = 60.0  # for an answer at all: how long one may take is asked of the app itself
JSON_BYTES = 34_000_000


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("instance")
    write_tiny_bundle(Bundles(Blobs(str(home / "models"))))
    with running_api(home, photo=PHOTO) as running:
        yield running


@pytest.fixture
def memory(instance: Instance) -> Memory:
    parent = psutil.Process(instance.process.pid)
    tree = [parent, *parent.children(recursive=True)]
    return Memory.start(max(tree, key=lambda one: one.memory_info().rss).pid)


def bombs() -> dict[str, bytes]:
    """Return the dearest photos that the default limits let in, and some that they do not."""
    large = {
        "transparent, turned": plain("RGBA", "PNG", SIDE, exif=turned(), compress_level=1),
        "bilevel": plain("1", "PNG", SIDE),
        "gray, transparent": plain("LA", "PNG", SIDE, compress_level=1),
        "progressive": plain("RGB", "JPEG", SIDE, progressive=True, subsampling=0),
        "too large": plain("1", "PNG", 8_000),
        "WebP": plain("RGB", "WEBP", 4_900),
        "TIFF": plain("F", "TIFF", 4_900, compression="tiff_adobe_deflate"),
    }
    return large | of_many_parts(200_000) | {"scans": of_many_scans(30_000)}


def json_bombs() -> dict[str, bytes]:
    """Return bodies of JSON that would take a hundred times their size."""
    return {
        "spaces": b'{"image_base64":"' + b"aa " * (JSON_BYTES // 3) + b'"}',
        "lists": b'{"image_base64":[' + b"[]," * (JSON_BYTES // 3) + b"1]}",
        "deep": b"[" * JSON_BYTES,
        "wide characters": ('{"image_base64":"\U0001f600' + "a" * (JSON_BYTES - 30) + '"}').encode(),
    }


def post(instance: Instance, tally: Tally, name: str, path: str, **sent: Any) -> None:
    answer = requests.post(f"{instance.url}{path}", timeout=PATIENCE_S, **sent)
    tally.note(name, answer.status_code, 0)
    if answer.status_code >= 400:
        tally.judge(name, answer.headers["Content-Type"], answer.content)


def test_no_photo_fails_a_real_server(instance: Instance, memory: Memory, tally: Tally) -> None:
    @settings(max_examples=examples(PHOTOS), derandomize=True, database=None, deadline=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(photo=hostile_photos())
    def send(photo: tuple[str, bytes]) -> None:
        name, data = photo
        post(instance, tally, name, "/predict", data=data, headers={"Content-Type": "image/png"})

    send()
    assert {200, 415} <= set(tally.statuses)
    assert memory.spike_mb() < SPIKE_MB


@pytest.mark.parametrize(("path", "at_once"), [("/predict", 2), ("/upload-data", 1)])
def test_no_bomb_takes_much_memory(
    instance: Instance, memory: Memory, tally: Tally, path: str, at_once: int
) -> None:
    def send(bomb: tuple[str, bytes]) -> None:
        name, data = bomb
        field = "image" if path == "/predict" else "files[]"
        post(instance, tally, name, path, files={field: (f"{name}.jpg", io.BytesIO(data))})

    with ThreadPoolExecutor(at_once) as clients:
        list(clients.map(send, bombs().items()))
    assert len(tally.statuses) >= 2
    assert 100 < memory.spike_mb() < SPIKE_MB  # fewer: no bomb was let in


def test_no_json_takes_much_memory(instance: Instance, memory: Memory, tally: Tally) -> None:
    for name, body in json_bombs().items():
        post(instance, tally, name, "/predict", data=body, headers={"Content-Type": "application/json"})
    assert memory.spike_mb() < SPIKE_MB
    assert requests.post(f"{instance.url}/predict", data=PHOTO, timeout=PATIENCE_S).status_code == 200
