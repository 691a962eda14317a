"""Framed photos and labels in, shuffled batches of random views out. No model."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.cpus import cpu_count
from lenswright.training.augmentation import Augmentation, sample_boxes, sample_colour, sample_mixture
from lenswright.training.distillation import ViewBank
from lenswright.training.randaugment import rand_augment
from lenswright.training.train_step import Batch

Frames = NDArray[np.uint8]
Labels = NDArray[np.int64]


class Photos:
    """The training photos as shuffled batches of views; `balanced` weighs classes by their rarity."""

    def __init__(
        self, frames: Frames, labels: Labels, teacher: ViewBank | None = None, *, balanced: bool = True
    ) -> None:
        self._frames, self._labels, self._teacher = frames, labels, teacher
        counts = np.maximum(np.bincount(labels), 1)
        rarity = len(labels) / (len(counts) * counts)
        self._class_weights = (rarity if balanced else np.ones(len(counts))).astype(np.float32)

    def __len__(self) -> int:
        return len(self._labels)

    def batches(self, rng: np.random.Generator, size: int, augmentation: Augmentation) -> Iterator[Batch]:
        """Yield full batches of one epoch; what is left over comes up in another shuffle."""
        size = min(size, len(self._labels))
        order = rng.permutation(len(self._labels))
        for start in range(0, len(order) - size + 1, size):
            yield self._batch(rng, order[start : start + size], augmentation)

    def _batch(self, rng: np.random.Generator, rows: Any, augmentation: Augmentation) -> Batch:
        labels, frames = self._labels[rows], self._frames[rows]
        weights, colours = self._class_weights[labels], sample_colour(rng, len(rows), augmentation)
        if augmentation.randaugment:
            frames = _rand_augment(frames, augmentation.randaugment, rng)
        if self._teacher is None:
            boxes = sample_boxes(rng, len(rows), augmentation)
            mixture = sample_mixture(rng, len(rows), augmentation)
            return Batch(frames, boxes, colours, labels, weights, mixture)
        view = rng.integers(self._teacher.views, size=len(rows))
        return Batch(  # unmixed: nobody asked the teacher what it thinks of a mixture
            frames=frames,
            boxes=self._teacher.boxes[rows, view],
            colours=colours,
            labels=labels,
            weights=weights,
            embeddings=self._teacher.embeddings[rows, view].astype(np.float32),
            logits=self._teacher.logits[rows, view],
        )


def _rand_augment(frames: Frames, operations: int, rng: np.random.Generator) -> Frames:
    seeds = rng.integers(2**63, size=len(frames))  # one each, so that threads cannot change the views
    with ThreadPoolExecutor(cpu_count()) as pool:
        changed = pool.map(
            lambda frame, seed: rand_augment(frame, operations, np.random.default_rng(seed)), frames, seeds
        )
        return np.stack(list(changed))
