"""A folder with one folder of photos per class, as lists of (file, label)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.photos import photo_files


@dataclass(frozen=True)
class LabelledFile:
    """One photo on disk and its class."""

    file: Path
    label: str


def read_class_folders(folder: Path, per_class: int | None = None) -> list[LabelledFile]:
    """Return the photos of `folder`, up to `per_class` of each class.

    Raises FileNotFoundError unless it holds at least two folders with photos.
    """
    classes = {sub.name: photo_files(sub)[:per_class] for sub in sorted(folder.iterdir()) if sub.is_dir()}
    if sum(bool(files) for files in classes.values()) < 2:
        raise FileNotFoundError(f"Expected at least two folders with photos in {folder}.")
    return [LabelledFile(file, label) for label, files in classes.items() for file in files]


def hold_back(
    photos: Sequence[LabelledFile], count: int, seed: int = 0
) -> tuple[list[LabelledFile], list[LabelledFile]]:
    """Return (the others, `count` photos drawn at random), at most half of them held back."""
    drawn = set(random.Random(seed).sample(range(len(photos)), min(count, len(photos) // 2)))
    others = [photo for number, photo in enumerate(photos) if number not in drawn]
    return others, [photos[number] for number in sorted(drawn)]
