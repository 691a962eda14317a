"""An exported data set on its way to disk: as the zip it comes as, or unpacked.

Nothing that is there is overwritten, and no name in the zip leads out of the folder.
"""

import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lenswright.errors import ApiAway, InputRefused, StorageFailure


@dataclass(frozen=True)
class Written:
    """How many files were exported, and their bytes, packed or not."""

    files: int
    size_bytes: int


def save(pieces: Iterator[bytes], to: Path) -> Written:
    """Write the zip in `pieces` to the file `to`, or unpack it into the folder `to`.

    Raises InputRefused if something is there already, or a name leads elsewhere, ApiAway for a zip that
    was cut off, StorageFailure if the disk refuses. A file is there in whole or not at all.
    """
    as_zip = to.suffix.casefold() == ".zip"
    try:
        is_free = not to.exists() or (to.is_dir() and not as_zip and not any(to.iterdir()))
        if not is_free:
            raise InputRefused(f"Expected a new file or an empty folder. There is something at {to} already.")
        to.parent.mkdir(parents=True, exist_ok=True)
        packed = to.parent / f".{secrets.token_hex(8)}.part"
        try:
            return _write(pieces, packed, to, as_zip)
        finally:
            packed.unlink(missing_ok=True)
    except OSError as exc:
        raise StorageFailure(f"The export could not be written: {exc.strerror or exc}.") from exc


def _write(pieces: Iterator[bytes], packed: Path, to: Path, as_zip: bool) -> Written:
    with packed.open("xb") as file:
        for piece in pieces:
            file.write(piece)
    with _opened(packed) as archive:
        if not as_zip:
            return _unpack(archive, to)
        files, size_bytes = len(archive.infolist()), packed.stat().st_size
    packed.replace(to)
    return Written(files, size_bytes)


def _opened(packed: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(packed)
    except zipfile.BadZipFile as exc:
        raise ApiAway("The API broke off its answer: the zip has no end.") from exc


def _unpack(archive: zipfile.ZipFile, folder: Path) -> Written:
    files = [(member, _path_in(folder, member)) for member in archive.infolist() if not member.is_dir()]
    size_bytes = 0
    for member, path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(member) as source, path.open("xb") as target:
                shutil.copyfileobj(source, target)
        except zipfile.BadZipFile as exc:
            raise ApiAway(f"The file {member.filename!r} came damaged: {exc}.") from exc
        size_bytes += member.file_size
    return Written(len(files), size_bytes)


def _path_in(folder: Path, member: zipfile.ZipInfo) -> Path:
    name = PurePosixPath(member.filename)
    outside = name.is_absolute() or ".." in name.parts or "\\" in member.filename or not name.parts
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        raise InputRefused(f"Expected names within the folder. Received: {member.filename!r}.")
    return folder.joinpath(*name.parts)
