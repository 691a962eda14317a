"""Photos in, their framed pixels out, on disk: the frames of 100,000 photos do not fit in memory."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lenswright.cpus import cpu_count
from lenswright.dataset.example import Photo
from lenswright.errors import StorageFailure
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.training.batches import Frames, Labels
from lenswright.training.progress import Heartbeat
from lenswright.training.split_photos import SplitPhotos
from lenswright.training.workbench import Workbench

SOURCE_MARGIN = 1.375  # training frames are larger than the input, so that crops keep their sharpness


@dataclass(frozen=True)
class FramedPhotos:
    """What a network is trained on: `train` uint8 (N, P, P, 3) and its `labels` (N,), `validation`
    uint8 (M, S, S, 3) as served and its `validation_labels` (M,)."""

    train: Frames
    labels: Labels
    validation: Frames
    validation_labels: Labels


@contextmanager
def framed(
    photos: SplitPhotos, spec: InputSpec, folder: Path, *, bench: Workbench, heartbeat: Heartbeat
) -> Iterator[FramedPhotos]:
    """Lend the photos framed as `spec` says, memory-mapped from files in `folder` that go at the end.

    Raises StorageFailure if they do not fit, TrainingStopped, NotFound and ImageError.
    """
    source = InputSpec(int(spec.size_px * SOURCE_MARGIN), spec.framing)
    files = folder / "frames-train.npy", folder / "frames-validation.npy"

    def fill(file: Path, chosen: Sequence[Photo], spec: InputSpec) -> Frames:
        frames = _allocate(file, len(chosen), spec.size_px)

        def frame(row: int) -> None:
            heartbeat.check()
            frames[row] = decode_framed(bench.read_photo(chosen[row]), spec, limits=bench.limits)

        with ThreadPoolExecutor(cpu_count()) as pool:
            list(pool.map(frame, range(len(chosen))))
        return frames

    try:
        yield FramedPhotos(
            fill(files[0], photos.train, source),
            photos.labels(photos.train),
            fill(files[1], photos.validation, spec),
            photos.labels(photos.validation),
        )
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def _allocate(file: Path, count: int, size_px: int) -> Frames:
    shape = (count, size_px, size_px, 3)
    needed, free = int(np.prod(shape, dtype=np.int64)), shutil.disk_usage(file.parent).free
    if needed > free:  # a mapped page that finds no room kills the process
        raise StorageFailure(f"Expected {needed} bytes free for framed photos in {file.parent}: {free} are.")
    frames: Frames = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)
    return frames
