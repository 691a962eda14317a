"""Where an import takes its photos from: a folder or a zip on this machine, one file in memory at a time."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from lenswright.dataset.archive import Archive, is_zip
from lenswright.dataset.folder_walk import LISTS, walk
from lenswright.dataset.zip_safety import ArchiveLimits
from lenswright.errors import ImageTooLarge, InputRefused, UnreadableImage


class PhotoSource(Protocol):
    """Files by name: `names` of what may be photos, `lists` of CSVs, `notes` on what was passed by."""

    names: Sequence[str]
    lists: Sequence[str]
    notes: Sequence[str]

    def read(self, name: str) -> bytes:
        """Return a file. Raises UnreadableImage, ImageTooLarge; ArchiveRefused for a zip that is a bomb."""

    def close(self) -> None:
        """Let go of what is open."""


class FolderSource:
    """A folder; of its CSVs only `only_list`, if that is given."""

    def __init__(self, root: Path, limit_bytes: int, only_list: str | None = None) -> None:
        found = walk(root)
        self._root, self._limit_bytes = root, limit_bytes
        self.names: Sequence[str] = found.files
        self.lists: Sequence[str] = found.lists if only_list is None else (only_list,)
        self.notes: Sequence[str] = [
            *([f"Links are not followed; passed by: {found.links:,}."] if found.links else []),
            *([f"Pipes and devices passed by: {found.special:,}."] if found.special else []),
            *(f"A folder could not be listed: {folder}." for folder in found.closed),
        ]

    def read(self, name: str) -> bytes:
        try:
            with (self._root / name).open("rb") as file:
                data = file.read(self._limit_bytes + 1)
                size = file.seek(0, 2)
        except OSError as exc:
            raise UnreadableImage(f"The file cannot be read: {exc.strerror or exc}.") from exc
        if size > self._limit_bytes:
            raise ImageTooLarge(f"Expected at most {self._limit_bytes} bytes. Received: {size}.")
        return data

    def close(self) -> None:
        """Nothing stays open."""


class ZipSource:
    """A zip file."""

    def __init__(self, path: Path, limits: ArchiveLimits) -> None:
        self._file = path.open("rb")
        try:
            self._archive = Archive(self._file, limits)
        except BaseException:
            self._file.close()
            raise
        # As unzip does, the last of several members of one name counts.
        self._members = {member.filename: member for member in self._archive.members()}
        lists = {name for name in self._members if name.casefold().endswith(LISTS)}
        self.names: Sequence[str] = tuple(name for name in self._members if name not in lists)
        self.lists: Sequence[str] = tuple(sorted(lists))
        self.notes: Sequence[str] = ()

    def read(self, name: str) -> bytes:
        return self._archive.read(self._members[name])

    def close(self) -> None:
        self._file.close()


def open_source(path: Path, limits: ArchiveLimits) -> PhotoSource:
    """Return what is at `path`: a folder, a zip, or a CSV beside its photos.

    Raises InputRefused, ArchiveRefused for a zip that is damaged or hostile.
    """
    try:
        if path.is_dir():
            return FolderSource(path, limits.max_member_bytes)
        if path.is_file() and path.suffix.casefold() == LISTS:
            return FolderSource(path.parent, limits.max_member_bytes, only_list=path.name)
        if path.is_file() and _is_zip(path):
            return ZipSource(path, limits)
    except OSError as exc:
        raise InputRefused(f"{path} cannot be read: {exc.strerror or exc}.") from exc
    kind = "a file of another kind" if path.exists() else "nothing is there"
    raise InputRefused(f"Expected a folder, a zip or a CSV at {path}. Received: {kind}.")


def shortest_first(names: Sequence[str]) -> list[str]:
    """Return names with those nearest to the top first."""
    return sorted(names, key=lambda name: (len(PurePosixPath(name).parts), name))


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return is_zip(file)
