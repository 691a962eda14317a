"""Small JPEGs of photos, each made once and kept as `ab/<sha256>.jpg`; what is lost is made again."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from lenswright.errors import StorageFailure
from lenswright.imaging.thumbnail import thumbnail

_log = logging.getLogger(__name__)


class Thumbnails:
    """The thumbnails in `folder`, which is made with the first; safe for several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, sha256: str, read: Callable[[], bytes]) -> bytes:
        """Return the thumbnail of the photo with these bytes, which `read` gives if it has to be made.

        A disk that refuses to keep it is no error. Raises what `read` raises, ImageError.
        """
        file = self._file(sha256)
        with suppress(OSError):
            if kept := file.read_bytes():
                return kept
        made = thumbnail(read())
        self._keep(file, made)
        return made

    def remove(self, sha256: str) -> None:
        """Remove the thumbnail of a photo; one that is absent is no error. Raises StorageFailure."""
        try:
            self._file(sha256).unlink(missing_ok=True)
        except OSError as exc:
            raise StorageFailure(f"A thumbnail could not be deleted: {exc.strerror or exc}.") from exc

    def hashes(self) -> Iterator[str]:
        """Yield the sha256 of every photo that has a thumbnail."""
        return (file.stem for file in self._folder.glob("??/*.jpg"))

    def _file(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.jpg"

    def _keep(self, file: Path, made: bytes) -> None:
        unfinished = file.with_name(f".{secrets.token_hex(8)}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(made)
            unfinished.replace(file)
        except OSError as exc:
            _log.warning("a thumbnail is made but not kept: %s", exc)
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
