"""A file's bytes in, what can be known of the photo out: verified by decoding every pixel."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from lenswright.dataset.example import SPLITS, blob_key
from lenswright.dataset.labels import normalise_label
from lenswright.dataset.looks import Look, look_of, pixel_hash
from lenswright.dataset.quality import Quality, quality_of_luma
from lenswright.dataset.upload import Upload
from lenswright.errors import InputRefused
from lenswright.imaging.decode import DecodeLimits, decoding
from lenswright.storage.dataset_tables import PhotoRow


@dataclass(frozen=True)
class Examined:
    """A photo that can be read: its upload, and the facts of its bytes and pixels."""

    upload: Upload
    sha256: str
    pixel_sha256: str
    look: Look
    width: int
    height: int
    format: str
    quality: Quality | None

    @property
    def key(self) -> str:
        return blob_key(self.sha256, self.format)


def bytes_hash(data: bytes) -> str:
    """Return sha256 hex of a file."""
    return hashlib.sha256(data).hexdigest()


def check_upload(upload: Upload) -> None:
    """Raise what keeps an upload out whatever its pixels are: its refusal, label or split."""
    if upload.refusal is not None:
        raise upload.refusal
    if upload.label is not None:
        normalise_label(upload.label)
    if upload.split is not None and upload.split not in SPLITS:
        raise InputRefused(f"Expected a split of {', '.join(SPLITS)}. Received: {upload.split!r}.")


def examine(upload: Upload, sha256: str, limits: DecodeLimits) -> Examined:
    """Return the facts of a photo, decoded in full. Raises ImageError."""
    with decoding(upload.data, limits=limits) as photo:
        luma = photo.image.convert("L")
        return Examined(
            upload,
            sha256,
            pixel_hash(photo.image),
            look_of(photo.image, luma),
            photo.width,
            photo.height,
            photo.format,
            quality_of_luma(luma),
        )


def recognise(upload: Upload, row: PhotoRow) -> Examined:
    """Return the facts of a file whose very bytes are known, from the photo they were found in."""
    return Examined(
        upload,
        row.sha256,
        row.pixel_sha256,
        Look(row.dhash, row.colours),
        row.width,
        row.height,
        row.format,
        _quality_in(row),
    )


def _quality_in(row: PhotoRow) -> Quality | None:
    if row.brightness is None or row.sharpness is None:
        return None
    return Quality(row.brightness, row.sharpness)


def first_of_each(photos: Iterable[Examined]) -> list[Examined]:
    """Return `photos` less those whose pixels an earlier one has."""
    first: dict[str, Examined] = {}
    for photo in photos:
        first.setdefault(photo.pixel_sha256, photo)
    return list(first.values())
