"""Where an exported photo lies in its zip: a path that every system can unpack, and nobody else has."""

import hashlib
import unicodedata

from lenswright.dataset.archive import CLUTTER
from lenswright.dataset.example import EXTENSIONS, Photo

ROOT = "dataset"
UNLABELLED = "unlabelled"
LONGEST_NAME_BYTES = 150  # with its id, its extension and a dash, still under the 255 of most disks
SAME_KIND = {"JPEG": ("jpg", "jpeg", "jpe"), "TIFF": ("tif", "tiff")}
_FORBIDDEN = set('<>:"|?*\\/')
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
}


class ExportNames:
    """Gives out paths; it remembers 8 bytes of each, so that none is given twice."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def path(self, photo: Photo) -> str:
        """Return `dataset/train/cat/tom.jpg`; a name that is taken gets the photo's id."""
        folder = _folder(photo)
        name, extension = _split_name(photo)
        path = f"{folder}/{name}.{extension}"
        while not self._is_new(path):
            name = f"{name}-{photo.id}"
            path = f"{folder}/{name}.{extension}"
        return path

    def _is_new(self, path: str) -> bool:
        digest = hashlib.blake2b(path.casefold().encode(), digest_size=8).digest()
        number = int.from_bytes(digest)
        known = number in self._given
        self._given.add(number)
        return not known


def _folder(photo: Photo) -> str:
    if photo.label is None:
        return f"{ROOT}/{UNLABELLED}"
    return f"{ROOT}/{photo.split or UNLABELLED}/{_safe(photo.label)}"


def _split_name(photo: Photo) -> tuple[str, str]:
    """Return the name and the extension; one that does not fit the format is part of the name."""
    name = photo.filename.replace("\\", "/").rsplit("/", 1)[-1]
    extension = EXTENSIONS[photo.format]
    stem, _, given = name.rpartition(".")
    if stem and given.casefold() in SAME_KIND.get(photo.format, (extension,)):
        return _safe(stem), given
    return _safe(name), extension


def _safe(name: str) -> str:
    """Return `name` as any system takes it for a file or a folder, with `_` for what it would not."""
    shown = "".join(
        "_" if char in _FORBIDDEN or unicodedata.category(char)[0] == "C" else char for char in name
    )
    clean = shown.strip(" ").lstrip(".").rstrip(". ") or "photo"
    if clean.casefold() in _DEVICES or clean.casefold() in CLUTTER:
        clean += "_"
    if len(clean.encode()) > LONGEST_NAME_BYTES:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        clean = f"{clean.encode()[: LONGEST_NAME_BYTES - 9].decode(errors='ignore')}-{digest}"
    return clean
