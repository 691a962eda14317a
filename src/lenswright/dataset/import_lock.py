"""One process at a time imports one folder into one task; a process that dies lets go by itself."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lenswright.errors import Conflict
from lenswright.storage.database import storage_failures


@contextmanager
def alone(folder: Path, task: str, path: Path) -> Iterator[None]:
    """Hold the import of `path` into `task` by a lock in `folder`. Raises Conflict, StorageFailure."""
    name = hashlib.sha256(f"{task}\0{path}".encode(errors="surrogateescape")).hexdigest()[:32]
    with storage_failures():
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{name}.lock").open("w")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise Conflict(f"An import of {path} into {task!r} is in progress already.") from exc
        yield
