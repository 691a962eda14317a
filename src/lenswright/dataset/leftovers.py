"""The files that photos leave: their bytes, thumbnails and features; removed once no photo names them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lenswright.dataset.example import blob_key
from lenswright.errors import NotFound
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import PhotoRow
from lenswright.storage.feature_files import FeatureFiles
from lenswright.storage.thumbnails import Thumbnails

AT_ONCE = 500  # names in one statement
A_TURN = 50  # files deleted while other writers wait
YOUNG_S = 86_400  # a younger file may be of an upload whose rows are not committed yet

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trace:
    """What a photo was found by before it was forgotten."""

    key: str
    sha256: str
    pixel_sha256: str

    @classmethod
    def of(cls, row: PhotoRow) -> "Trace":
        return cls(blob_key(row.sha256, row.format), row.sha256, row.pixel_sha256)


@dataclass(frozen=True)
class Leftovers:
    """Removes files that no photo of any task names, be it present or in the bin."""

    database: Database
    uploads: Blobs
    thumbnails: Thumbnails
    features: FeatureFiles

    def remove(self, traces: Sequence[Trace]) -> None:
        """Remove what forgotten photos left. Raises StorageFailure; the sweep removes the rest then."""
        self._remove_blobs([trace.key for trace in traces])
        with self.database.reading() as session:
            kept = _named(session, PhotoRow.sha256, [trace.sha256 for trace in traces])
            seen = _named(session, PhotoRow.pixel_sha256, [trace.pixel_sha256 for trace in traces])
        for trace in traces:
            if trace.sha256 not in kept:
                self.thumbnails.remove(trace.sha256)
        self.features.erase({trace.pixel_sha256 for trace in traces} - seen)

    def sweep(self, now: float) -> int:
        """Remove all files that no photo names, bytes only if older than a day; return how many there were.

        Raises StorageFailure.
        """
        keys = {_hash(key): key for key in self.uploads.keys()}  # noqa: SIM118 no dict
        small, pictures = {*self.thumbnails.hashes()}, self.features.pictures()
        with self.database.reading() as session:  # after the files were listed: a row that is new is seen
            nameless = _without(session, PhotoRow.sha256, {*keys})
            small = _without(session, PhotoRow.sha256, small)
            pictures = _without(session, PhotoRow.pixel_sha256, pictures)
        old = [keys[sha256] for sha256 in sorted(nameless) if self._is_old(keys[sha256], now)]
        self._remove_blobs(old)
        for sha256 in small:
            self.thumbnails.remove(sha256)
        self.features.erase(pictures)
        counts = len(old), len(small), len(pictures)
        if any(counts):
            _log.info("swept up what no photo names: %d files, %d thumbnails, features of %d photos", *counts)
        return sum(counts)

    def _is_old(self, key: str, now: float) -> bool:
        try:
            return now - self.uploads.modified_at(key) > YOUNG_S
        except NotFound:  # another instance sweeps, too
            return False

    def _remove_blobs(self, keys: Sequence[str]) -> None:
        """Remove the bytes that no photo names, a few in one writer's turn: nobody can name them meanwhile.

        An upload that has written the same bytes but not yet its row looks again afterwards.
        """
        for start in range(0, len(keys), A_TURN):
            some = keys[start : start + A_TURN]
            with self.database.writing() as session:
                named = _named(session, PhotoRow.sha256, [_hash(key) for key in some])
                for key in some:
                    if _hash(key) not in named:
                        self.uploads.delete(key)


def _named(session: Session, column: InstrumentedAttribute[str], values: Sequence[str]) -> set[str]:
    """Return those of `values` that some photo has."""
    parts = (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))
    return {value for some in parts for value in session.scalars(select(column).where(column.in_(some)))}


def _without(session: Session, column: InstrumentedAttribute[str], values: set[str]) -> set[str]:
    """Return `values` without those that some photo has, in one pass over all photos."""
    if values:
        for some in session.scalars(select(column)).partitions(AT_ONCE):
            values.difference_update(some)
    return values


def _hash(key: str) -> str:
    return key.rsplit("/", 1)[-1].split(".", 1)[0]
