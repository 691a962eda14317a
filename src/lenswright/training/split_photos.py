"""The photos of one run by their split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.dataset.example import Photo
from lenswright.dataset.readiness import check_trainable


@dataclass(frozen=True)
class SplitPhotos:
    """Train, validation and test photos; `classes` in the order of the model's outputs."""

    classes: tuple[str, ...]
    train: Sequence[Photo]
    validation: Sequence[Photo]
    test: Sequence[Photo]

    @classmethod
    def of(cls, photos: Sequence[Photo]) -> "SplitPhotos":
        """Return labelled photos sorted by their split. Raises NotEnoughPhotos."""
        check_trainable(photos)
        train, validation, test = (
            [photo for photo in photos if photo.split == split] for split in ("train", "validation", "test")
        )
        return cls(tuple(sorted({str(photo.label) for photo in photos})), train, validation, test)

    def everything(self) -> list[Photo]:
        """Return the photos of all splits."""
        return [*self.train, *self.validation, *self.test]

    def without(self, ids: set[int]) -> "SplitPhotos":
        """Return the photos less those of `ids`. Raises NotEnoughPhotos if too few remain."""
        return self.of([photo for photo in self.everything() if photo.id not in ids]) if ids else self

    def counts(self) -> dict[str, int]:
        """Return how many photos each split has."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}

    def labels(self, photos: Sequence[Photo]) -> NDArray[np.int64]:
        """Return int64 (N,): the index of each photo's class."""
        index = {name: position for position, name in enumerate(self.classes)}
        return np.array([index[str(photo.label)] for photo in photos], np.int64)


def left_out(photos: Iterable[Photo]) -> str:
    """Return the sentence of a run's log about photos that cannot be read; it names the first twenty."""
    names = [photo.filename for photo in photos]
    return f"{len(names)} photos cannot be read and are left out: {', '.join(names[:20])}."
