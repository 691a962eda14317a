"""Bytes by key: a local folder, or any object store fsspec knows (`s3://bucket/prefix`).

A key is a relative posix path such as `ab/abcdef.jpg`. A name that starts with a dot is no blob.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, Protocol

from lenswright.errors import NotFound, SettingsError, StorageFailure
from lenswright.storage.blob_folder import BlobFolder

LONGEST_NAME_BYTES = 255


class Store(Protocol):
    """Where blobs lie. Absent blobs raise FileNotFoundError, a refusing store OSError."""

    def write(self, blobs: Mapping[str, bytes]) -> None: ...
    def read(self, key: str) -> bytes: ...
    def exists(self, key: str) -> bool: ...
    def modified_at(self, key: str) -> float: ...
    def delete(self, key: str) -> None: ...
    def keys(self) -> Iterator[str]: ...


class Blobs:
    """The blobs under `url`; what was written is on disk when `write` returns."""

    def __init__(self, url: str) -> None:
        remote = "://" in url and not url.startswith("file://")
        self._store: Store = RemoteStore(url) if remote else BlobFolder(url.removeprefix("file://"))

    def write(self, key: str, data: bytes) -> None:
        """Write one blob, whole or not at all. Raises StorageFailure, NotFound for a bad key."""
        self.write_many({key: data})

    def write_many(self, blobs: Mapping[str, bytes]) -> None:
        """Write blobs, each whole or not at all; cheaper than one at a time. Raises as `write`."""
        checked = {_checked(key): data for key, data in blobs.items()}
        with _refusals(
            "The file could not be written" if len(blobs) == 1 else "The files could not be written"
        ):
            self._store.write(checked)

    def read(self, key: str) -> bytes:
        """Return the bytes of a blob. Raises NotFound, StorageFailure."""
        with _refusals(f"{key!r} could not be read"):
            try:
                return self._store.read(_checked(key))
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as exc:
                raise NotFound("file", key) from exc

    def exists(self, key: str) -> bool:
        """Return whether there is such a blob. Raises StorageFailure, NotFound for a bad key."""
        with _refusals(f"{key!r} could not be looked up"):
            return self._store.exists(_checked(key))

    def modified_at(self, key: str) -> float:
        """Return when a blob was written, in epoch seconds. Raises NotFound, StorageFailure."""
        with _refusals(f"{key!r} could not be looked up"):
            try:
                return self._store.modified_at(_checked(key))
            except (FileNotFoundError, NotADirectoryError) as exc:
                raise NotFound("file", key) from exc

    def delete(self, key: str) -> None:
        """Delete a blob; one that is absent is no error. Raises StorageFailure, NotFound for a bad key."""
        with _refusals(f"{key!r} could not be deleted"):
            self._store.delete(_checked(key))

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that start with `prefix`, sorted. Raises StorageFailure."""
        with _refusals("The files could not be listed"):
            return sorted(key for key in self._store.keys() if key.startswith(prefix))  # noqa: SIM118 no dict


class RemoteStore:
    """An object store; it writes an object whole or not at all by itself."""

    def __init__(self, url: str) -> None:
        import fsspec  # here: it costs a quarter of a second that a local folder need not pay

        try:
            self._files, self._root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        except (ValueError, ImportError) as exc:
            raise SettingsError(f"LENSWRIGHT_BLOB_URL: no store can be opened with it: {exc}.") from exc

    def write(self, blobs: Mapping[str, bytes]) -> None:
        for key, data in blobs.items():
            self._files.pipe_file(self._path(key), data)

    def read(self, key: str) -> bytes:
        data: Any = self._files.cat_file(self._path(key))
        return bytes(data)

    def exists(self, key: str) -> bool:
        return bool(self._files.isfile(self._path(key)))

    def modified_at(self, key: str) -> float:
        return float(self._files.modified(self._path(key)).timestamp())

    def delete(self, key: str) -> None:
        if self.exists(key):
            self._files.rm_file(self._path(key))

    def keys(self) -> Iterator[str]:
        start = len(self._root.rstrip("/")) + 1
        return (str(path)[start:] for path in self._files.find(self._root))

    def _path(self, key: str) -> str:
        return f"{self._root.rstrip('/')}/{key}"


def _checked(key: str) -> str:
    parts = PurePosixPath(key).parts
    named = all(part.isprintable() and len(part.encode()) <= LONGEST_NAME_BYTES for part in parts)
    hidden = any(part.startswith(".") for part in parts)
    if not parts or hidden or not named or key.startswith("/") or "\\" in key:
        raise NotFound("file", key)
    return str(PurePosixPath(key))


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StorageFailure(f"{what}: {exc.strerror or exc}.") from exc
