"""A stored Keras classifier gets another head without TensorFlow, whose import takes longer than all else.

A `.keras` file is a zip whose `model.weights.h5` holds every array. Which of them are the head's is not
guessed from names, which Keras makes up: they are those that hold the head it was stored with.
"""

import io
import zipfile
from dataclasses import dataclass

import h5py
import numpy as np
from numpy.typing import NDArray

from lenswright.errors import BundleRefused, NotFound
from lenswright.registry.bundle import HEAD, Bundles, Manifest
from lenswright.registry.head import StoredHead
from lenswright.training.head import LinearHead

WEIGHTS = "model.weights.h5"


@dataclass(frozen=True)
class KerasTwin:
    """The bytes of a classifier as Keras stored it, the head in it and its dropout.

    `parity`: how far it was from its ONNX graph when both were made (probabilities, largest difference).
    """

    stored: bytes
    head: StoredHead
    dropout: float
    parity: float

    def with_head(self, head: LinearHead, dropout: float) -> bytes | None:
        """Return the same file with the weights of `head`; None where only Keras can make it.

        That is, if the head has other classes or another dropout, or is not found in the file.
        """
        if head.kernel.shape != self.head.kernel.shape or dropout != self.dropout:
            return None
        with zipfile.ZipFile(io.BytesIO(self.stored)) as archive:
            members = {entry: archive.read(entry) for entry in archive.infolist()}
        changed = io.BytesIO()
        with zipfile.ZipFile(changed, "w") as archive:
            for entry, content in members.items():
                weights = self._exchanged(content, head) if entry.filename == WEIGHTS else content
                if weights is None:
                    return None
                archive.writestr(entry, weights)
        return changed.getvalue()

    def _exchanged(self, content: bytes, head: LinearHead) -> bytes | None:
        file = io.BytesIO(content)
        with h5py.File(file, "r+") as weights:
            for old, new in ((self.head.kernel, head.kernel), (self.head.bias, head.bias)):
                places = _places_of(weights, old)
                if len(places) != 1:
                    return None
                places[0][...] = new
        return file.getvalue()


def lent_twin(bundles: Bundles, lender: Manifest, stored: bytes) -> KerasTwin | None:
    """Return the twin of a bundle whose `model.keras` is `stored`; None of a bundle made otherwise."""
    try:
        head = StoredHead.from_bytes(bundles.read_file(lender.task, lender.version, HEAD))
        dropout = float(lender.training["request"]["dropout"])
    except (BundleRefused, NotFound, KeyError):
        return None
    return KerasTwin(stored, head, dropout, lender.parity)


def _places_of(weights: h5py.File, array: NDArray[np.float32]) -> list[h5py.Dataset]:
    found: list[h5py.Dataset] = []

    def look(_name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.shape == array.shape and np.array_equal(item[...], array):
            found.append(item)

    weights.visititems(look)
    return found
