"""Photos in, their framed pixels out, on disk: the frames of 100,000 photos do not fit in memory."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lenswright.dataset.example import Photo
from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.session import cpu_count
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

    @classmethod
    def of(
        cls, photos: SplitPhotos, spec: InputSpec, folder: Path, *, bench: Workbench, heartbeat: Heartbeat
    ) -> "FramedPhotos":
        """Return the photos framed as `spec` says, memory-mapped from files in `folder`.

        Raises TrainingStopped, NotFound and ImageError.
        """

        def framed(name: str, chosen: Sequence[Photo], spec: InputSpec) -> Frames:
            shape = (len(chosen), spec.size_px, spec.size_px, 3)
            frames: Frames = np.lib.format.open_memmap(
                folder / f"frames-{name}.npy", mode="w+", dtype=np.uint8, shape=shape
            )

            def fill(row: int) -> None:
                heartbeat.check()
                frames[row] = decode_framed(bench.read_photo(chosen[row]), spec, limits=bench.limits)

            with ThreadPoolExecutor(cpu_count()) as pool:
                list(pool.map(fill, range(len(chosen))))
            return frames

        source = InputSpec(int(spec.size_px * SOURCE_MARGIN), spec.framing)
        return cls(
            framed("train", photos.train, source),
            photos.labels(photos.train),
            framed("validation", photos.validation, spec),
            photos.labels(photos.validation),
        )
