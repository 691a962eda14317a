"""Whether the folders of the home can be written, have room, and hold nothing a dead process left."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lenswright.diagnosis.finding import Finding, ok, problem, warning
from lenswright.storage.blob_folder import ABANDONED_S, INCOMING

LEAST_FREE_BYTES, FULL_BYTES = 2_000_000_000, 100_000_000
ENDINGS = (".part", ".partial")
TOLD = 3


def check_home(home: Path) -> Finding:
    """Return whether the home can be written; what is tried leaves no name and no byte behind."""
    refusal = refused(home)
    if refusal is None:
        return ok("home", str(home.resolve()))
    return problem(
        "home",
        f"{home.resolve()} cannot be written: {refusal}",
        f"Give it to the user of the service (uid {os.geteuid()}), or set LENSWRIGHT_HOME.",
    )


def refused(folder: Path) -> str | None:
    """Return why nothing can be written to `folder`, or to where it would be made; None if it can."""
    try:
        place = _present(folder)
        if not place.is_dir():
            return "it is no folder"
        if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
            return "Permission denied"
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"lenswright")
    except OSError as exc:
        return exc.strerror or str(exc)
    return None


def check_disk(home: Path) -> Finding:
    """Return whether there is room for photos and runs."""
    free = shutil.disk_usage(_present(home)).free
    said = f"{free / 1e9:.1f} GB free"
    if free < FULL_BYTES:
        return problem("disk", said, "Make room: uploads and runs will be refused.")
    if free < LEAST_FREE_BYTES:
        return warning("disk", said, f"Make room: under {LEAST_FREE_BYTES / 1e9:.0f} GB a run may fill it.")
    return ok("disk", said)


def check_leftovers(data: Path, stores: list[Path], now: float | None = None) -> Finding:
    """Return whether writers that died left unfinished files; locks need no care, the system frees them."""
    oldest = (time.time() if now is None else now) - ABANDONED_S
    found = [file for file in _unfinished(data, stores) if _older(file, oldest)]
    if not found:
        return ok("leftovers", "no unfinished file older than an hour")
    named = ", ".join(str(file) for file in found[:TOLD])
    size = sum(file.stat().st_size for file in found)
    said = f"{len(found):,} unfinished files older than an hour ({size / 1e6:.1f} MB): {named}"
    return warning("leftovers", said, "Delete them while no import and no run is going on.")


def _unfinished(data: Path, stores: list[Path]) -> Iterator[Path]:
    for store in (*stores, data / "thumbnails"):
        yield from _files(store / INCOMING)
    for name in ("runs", "features", "backbones", "imports"):
        yield from (file for file in _files(data / name) if file.suffix in ENDINGS)


def _files(folder: Path) -> list[Path]:
    """Return all files under `folder`; what may not be entered is left out."""
    return [Path(place) / name for place, _, names in os.walk(folder) for name in sorted(names)]


def _older(file: Path, oldest: float) -> bool:
    try:
        return file.is_file() and file.stat().st_mtime < oldest
    except OSError:  # its writer has just finished it, or it is not ours to see
        return False


def _present(folder: Path) -> Path:
    """Return `folder`, or the nearest one above that is there for us."""
    folder = folder.resolve()
    return next(place for place in (folder, *folder.parents) if _is_seen(place))


def _is_seen(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:  # what is above it may not be entered
        return False
