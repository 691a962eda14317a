"""Blobs in real folders, on a real small disk, and in an object store of fsspec's."""

import errno
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from lenswright.errors import NotFound, SettingsError, StorageFailure
from lenswright.storage.blobs import Blobs


class FullStore(MemoryFileSystem):  # type: ignore[misc] # fsspec carries no types
    """An object store that takes nothing."""

    protocol = "full"
    cachable = False

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


fsspec.register_implementation("full", FullStore, clobber=True)


@pytest.fixture(params=["folder", "file url", "object store"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return {
        "folder": str(tmp_path / "new" / "uploads"),
        "file url": f"file://{tmp_path / 'uploads'}",
        "object store": f"memory://bucket-{uuid.uuid4().hex}/uploads",
    }[str(request.param)]


@pytest.fixture
def blobs(url: str) -> Iterator[Blobs]:
    return Blobs(url)


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_bytes_come_back_as_they_were(blobs: Blobs, url: str) -> None:
    blobs.write("ab/photo.jpg", b"\0\xff pixels")
    assert blobs.read("ab/photo.jpg") == b"\0\xff pixels"
    assert Blobs(url).read("ab/photo.jpg") == b"\0\xff pixels"


def test_writing_again_replaces(blobs: Blobs) -> None:
    blobs.write("a/manifest.json", b"a long first version")
    blobs.write("a/manifest.json", b"second")
    assert blobs.read("a/manifest.json") == b"second"


def test_many_are_written_at_once(blobs: Blobs) -> None:
    many = {f"{number % 7:02}/{number}.bin": bytes([number]) * 100 for number in range(60)}
    blobs.write_many(many)
    assert {key: blobs.read(key) for key in blobs.keys()} == many  # noqa: SIM118 no dict


def test_keys_are_listed_by_prefix_and_sorted(blobs: Blobs) -> None:
    for key in ("cats/2/model.onnx", "cats/1/model.onnx", "dogs/1/model.onnx"):
        blobs.write(key, b"x")
    assert blobs.keys("cats/") == ["cats/1/model.onnx", "cats/2/model.onnx"]
    assert len(blobs.keys()) == 3


def test_an_empty_store_has_no_keys(blobs: Blobs) -> None:
    assert blobs.keys() == []


def test_existence_and_deletion(blobs: Blobs) -> None:
    blobs.write("a/b", b"x")
    assert blobs.exists("a/b")
    assert not blobs.exists("a")
    blobs.delete("a/b")
    blobs.delete("a/b")
    assert not blobs.exists("a/b")


def test_when_a_blob_was_written_is_known(blobs: Blobs) -> None:
    before = time.time()
    blobs.write("a/b", b"x")
    assert before - 1 <= blobs.modified_at("a/b") <= time.time() + 1
    for absent in ("a/absent", "a/b/c", "../a"):
        with pytest.raises(NotFound):
            blobs.modified_at(absent)


@pytest.mark.parametrize("key", ["a/absent", "a", "a/b/c"])
def test_an_absent_blob_is_not_found(blobs: Blobs, key: str) -> None:
    blobs.write("a/b", b"x")
    with pytest.raises(NotFound, match="There is no file"):
        blobs.read(key)


@pytest.mark.parametrize(
    "key", ["../x", "a/../../x", "/etc/passwd", "", ".", "..", "a\\b", "a\0b", ".hidden", "a/.b", "x" * 300]
)
def test_a_key_that_leaves_the_store_is_not_found(blobs: Blobs, key: str) -> None:
    for attempt in (blobs.read, blobs.exists, blobs.delete, lambda key: blobs.write(key, b"x")):
        with pytest.raises(NotFound):
            attempt(key)


def test_dotfiles_in_the_folder_are_no_blobs(tmp_path: Path) -> None:
    (tmp_path / ".gitkeep").touch()
    blobs = Blobs(str(tmp_path))
    blobs.write("a/b", b"x")
    assert blobs.keys() == ["a/b"]


def test_a_store_without_a_driver_names_its_variable() -> None:
    with pytest.raises(SettingsError, match="LENSWRIGHT_BLOB_URL"):
        Blobs("nosuchstore://bucket/uploads")


def test_a_full_object_store_is_a_storage_failure() -> None:
    with pytest.raises(StorageFailure, match="No space left on device"):
        Blobs("full://bucket/uploads").write("a/b", b"x")


def test_a_full_disk_keeps_what_was_there_and_leaves_no_half_file(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "from lenswright.errors import StorageFailure\n"
        "from lenswright.storage.blobs import Blobs\n"
        "blobs = Blobs(sys.argv[1])\n"
        "blobs.write('a/old', b'old' * 100)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"  # the nearest to a full disk
        "large = bytes(5000)\n"
        "for attempt in ({'a/new': large}, {'a/old': large, 'b/small': b'x', 'b/new': large}):\n"
        "    try: blobs.write_many(attempt)\n"
        "    except StorageFailure as exc: print(exc)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.count("File too large") == 2
    assert files_in(tmp_path) == ["a/old", "b/small"]
    assert (tmp_path / "a" / "old").read_bytes() == b"old" * 100


def test_a_read_only_folder_is_a_storage_failure() -> None:
    code = (
        "import os, sqlite3, sys, alembic.command\n"  # all imports first: nobody may not read root's Python
        "from lenswright.errors import StorageFailure\n"
        "from lenswright.storage.blobs import Blobs\n"
        "from lenswright.storage.database import open_database\n"
        "if os.getuid() == 0: os.setuid(65534)\n"  # root may write anywhere
        "folder = sys.argv[1]\n"
        "for attempt in (lambda: Blobs(folder).write('a/b', b'x'),\n"
        "                lambda: open_database(f'sqlite:///{folder}/data/x.db'),\n"
        "                lambda: open_database(f'sqlite:///{folder}/x.db')):\n"
        "    try: attempt()\n"
        "    except StorageFailure as exc: print(exc)\n"
    )
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path: only its owner may look into that
        Path(folder).chmod(0o555)
        run = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
        assert run.stdout.splitlines() == [
            "The file could not be written: Permission denied.",
            "The disk refused: Permission denied.",
            f"The database sqlite:///{folder}/x.db cannot be used, or not be written."
            " The disk refused: Permission denied.",
        ]
        assert files_in(Path(folder)) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files have no names here")
def test_the_file_and_every_new_folder_are_synced_before_write_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def noted(opened: int) -> None:
        synced.append(Path(f"/proc/self/fd/{opened}").readlink().relative_to(tmp_path).as_posix())
        sync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    Blobs(str(tmp_path / "new")).write("ab/photo", b"x")
    file = next(name for name in synced if name.startswith("new/.incoming/"))
    assert set(synced) == {".", "new", "new/ab", file}
    assert synced.index(file) < len(synced) - 1 == synced.index("new/ab")


def test_a_reader_never_sees_half_a_blob(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from lenswright.storage.blobs import Blobs\n"
        "blobs = Blobs(sys.argv[1])\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for value in range(256): blobs.write('a/b', bytes([value]) * 300_000)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    child.stdout.readline()
    blobs, seen = Blobs(str(tmp_path)), set()
    until = time.monotonic() + 20
    while len(seen) < 5 and time.monotonic() < until:
        if blobs.exists("a/b"):
            data = blobs.read("a/b")
            assert len(data) == 300_000
            assert len(set(data)) == 1
            seen.add(data[0])
    child.kill()  # in the midst of writing
    child.communicate()
    assert len(seen) == 5
    assert len(set(blobs.read("a/b"))) == 1
    assert blobs.keys() == ["a/b"]


def test_unfinished_files_of_a_dead_process_are_swept_up_in_time(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    blobs.write("a/b", b"x")
    old, young = tmp_path / ".incoming" / "old", tmp_path / ".incoming" / "young"
    old.write_bytes(b"half"), young.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    blobs.write("a/c", b"x")
    assert files_in(tmp_path) == [".incoming/young", "a/b", "a/c"]
