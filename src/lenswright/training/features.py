"""Photos in, embeddings out: the frozen backbone runs once over every photo, through ONNX Runtime.

Decoding, framing and the session are those of serving; what is known already comes from the cache.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.cpus import cpu_count
from lenswright.dataset.example import Photo
from lenswright.errors import ImageError, NotFound
from lenswright.imaging.decode import RGB, DecodeLimits, decode
from lenswright.imaging.framing import frame
from lenswright.imaging.input_spec import InputSpec
from lenswright.storage.feature_files import view_key
from lenswright.training.feature_cache import CachedRows, FeatureCache

CHUNK = 128  # photos between two appends to the cache: what a crash may cost
SMALLEST_CROP = 0.7  # of a side; smaller crops lose the animal too often

log = logging.getLogger(__name__)


def photo_view(rgb: RGB, view: int, spec: InputSpec, *, seed: int) -> RGB:
    """Return uint8 (S, S, 3): view 0 is the photo, 1 its mirror image, others seeded random crops."""
    if view == 0:
        return frame(rgb, spec)
    if view == 1:
        return frame(rgb, spec)[:, ::-1]
    random = np.random.default_rng((seed, view))
    height, width, _ = rgb.shape
    share_y, share_x = random.uniform(SMALLEST_CROP, 1.0, size=2)
    rows, columns = max(1, int(height * share_y)), max(1, int(width * share_x))
    top, left = int(random.integers(height - rows + 1)), int(random.integers(width - columns + 1))
    cropped = np.ascontiguousarray(rgb[top : top + rows, left : left + columns])
    framed = frame(cropped, spec)
    return framed[:, ::-1] if random.random() < 0.5 else framed


@dataclass(frozen=True)
class FeatureExtractor:
    """Fills `cache` with the embeddings `session` gives; `read_photo` returns a photo's bytes."""

    session: Any
    spec: InputSpec
    cache: FeatureCache
    read_photo: Callable[[Photo], bytes]
    limits: DecodeLimits

    def fill(
        self, photos: Sequence[Photo], views: int, on_progress: Callable[[int, int, float], None]
    ) -> set[int]:
        """Compute every missing view of `photos`; return the ids of those that cannot be read.

        `on_progress(done, total, photos_per_s)` is called after each chunk and may raise to stop.
        """
        missing = [photo for photo in photos if self._missing(photo, views)]
        unreadable: set[int] = set()
        started, done = time.monotonic(), 0
        with ThreadPoolExecutor(cpu_count()) as pool:
            for start in range(0, len(missing), CHUNK):
                chunk = missing[start : start + CHUNK]
                results = list(pool.map(lambda photo: self._embed(photo, views), chunk))
                self._store(results)
                unreadable |= {photo.id for photo, rows in zip(chunk, results, strict=True) if rows is None}
                done += len(chunk)
                on_progress(done, len(missing), done / (time.monotonic() - started))
        return unreadable

    def missing(self, photos: Sequence[Photo], views: int) -> int:
        """Return how many views of `photos` are not known yet."""
        return sum(len(self._missing(photo, views)) for photo in photos)

    def rows(self, photos: Sequence[Photo], views: int = 1) -> CachedRows:
        """Return (views * N, D), still on disk: view 0 of every photo, then view 1, and so on."""
        every = range(views)
        return self.cache.rows(view_key(photo.pixel_sha256, view) for view in every for photo in photos)

    def _missing(self, photo: Photo, views: int) -> list[int]:
        return [view for view in range(views) if view_key(photo.pixel_sha256, view) not in self.cache]

    def _embed(self, photo: Photo, views: int) -> list[tuple[bytes, NDArray[np.float32]]] | None:
        try:
            rgb = decode(self.read_photo(photo), limits=self.limits, draft_px=self.spec.size_px).rgb
        except (ImageError, NotFound) as exc:
            log.warning("photo %d (%s) is left out: %s", photo.id, photo.filename, exc)
            return None
        seed = int(photo.pixel_sha256[:12], 16)
        return [
            (view_key(photo.pixel_sha256, view), self._run(photo_view(rgb, view, self.spec, seed=seed)))
            for view in self._missing(photo, views)
        ]

    def _run(self, framed: RGB) -> NDArray[np.float32]:
        # One photo a call: on CPU a batch of 8 is slower per photo than 8 calls.
        images = np.ascontiguousarray(framed)[None]  # (S, S, 3) -> (1, S, S, 3)
        embedding: NDArray[np.float32] = self.session.run(["embedding"], {"images": images})[0][0]
        return embedding

    def _store(self, results: Sequence[list[tuple[bytes, NDArray[np.float32]]] | None]) -> None:
        rows = dict(pair for result in results if result for pair in result)
        if rows:
            self.cache.append(list(rows), np.stack(list(rows.values())))
