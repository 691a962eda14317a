"""What a model answered on the test photos, kept in its bundle: the next run need not ask it again."""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright import __version__
from lenswright.errors import BundleRefused, NotFound
from lenswright.registry.bundle import Bundles
from lenswright.registry.manifest import Manifest

ANSWERS = "answers.npz"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answers:
    """The probabilities float32 (C,) a model gave to photos, by the SHA-256 of their pixels."""

    by_pixels: dict[str, NDArray[np.float32]]

    def to_bytes(self) -> bytes:
        """Return them as the file `ANSWERS`."""
        content = io.BytesIO()
        keys = np.array([list(bytes.fromhex(key)) for key in self.by_pixels], np.uint8)
        np.savez(content, pixels=keys, probabilities=np.stack([*self.by_pixels.values()]))
        return content.getvalue()


def answers_of(pixels: Sequence[str], probabilities: NDArray[np.float32]) -> Answers:
    """Return the answers (N, C) given to the photos with these pixel hashes (N)."""
    return Answers(dict(zip(pixels, probabilities, strict=True)))


def stored_answers(bundles: Bundles, manifest: Manifest) -> Answers:
    """Return what is stored with a model; nothing if it was made by another version of lenswright,
    which may have decoded photos differently."""
    if manifest.code_version != __version__ or ANSWERS not in manifest.files:
        return Answers({})
    try:
        content = bundles.read_file(manifest.task, manifest.version, ANSWERS)
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            pixels, rows = stored["pixels"], stored["probabilities"]
    except (BundleRefused, NotFound, KeyError, ValueError, OSError) as exc:
        log.warning("the answers of model %s cannot be read, asking it again: %s", manifest.version, exc)
        return Answers({})
    return Answers({key.tobytes().hex(): row for key, row in zip(pixels, rows, strict=True)})
