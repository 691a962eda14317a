"""What a teacher thinks of fixed views of every photo, stored once and read at every epoch.

A student learns most when teacher and student see the very same crop. Running the teacher at every
step would cost as much as the student, so each photo has K crops fixed in advance; the teacher's
embedding of each lies in a memory-mapped file, and only colours are drawn anew.
"""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lenswright.cpus import cpu_count
from lenswright.errors import TrainingStopped
from lenswright.inference.session import open_session
from lenswright.training.augmentation import MIRRORED, WHOLE, Augmentation, crop, sample_boxes

CHUNK = 256
TEACHER_BATCH = 4  # larger batches are slower per image on a CPU
HEAD_ROWS = 16_000

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ViewBank:
    """K views of N photos and what the teacher says of each.

    `boxes` float32 (N, K, 5); `embeddings` float16 (N, K, D), memory-mapped; `centre` float32 (D,),
    their mean; `logits` float32 (N, K, C) of the teacher's own head.
    """

    boxes: Floats
    embeddings: NDArray[np.float16]
    centre: Floats
    logits: Floats

    @property
    def views(self) -> int:
        return int(self.boxes.shape[1])


def fixed_boxes(rng: np.random.Generator, photos: int, views: int, augmentation: Augmentation) -> Floats:
    """Return float32 (photos, views, 5): the whole frame, its mirror image, then random crops."""
    boxes = sample_boxes(rng, photos * views, augmentation).reshape(photos, views, 5)
    boxes[:, 0] = WHOLE
    if views > 1 and augmentation.mirror:
        boxes[:, 1] = MIRRORED
    return boxes


def build_view_bank(
    teacher: Path,
    frames: NDArray[np.uint8],
    labels: NDArray[np.int64],
    folder: Path,
    *,
    views: int = 10,
    augmentation: Augmentation = Augmentation(),  # noqa: B008 frozen
    seed: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> ViewBank:
    """Return the bank of `frames` uint8 (N, P, P, 3), reading it from `folder` if it is there.

    `teacher`: an exported backbone (ONNX, output `embedding`); its head is a logistic regression on
    its embeddings and `labels` (N,). Raises TrainingStopped when `should_stop` says so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    boxes = fixed_boxes(np.random.default_rng(seed), len(frames), views, augmentation)
    key = _fingerprint(teacher, frames, boxes)
    stored, done = folder / "embeddings.npy", folder / "done.json"
    if not (done.is_file() and json.loads(done.read_text())["key"] == key):
        done.unlink(missing_ok=True)
        _embed_views(teacher, frames, boxes, stored, should_stop)
        partial = done.with_suffix(".partial")
        partial.write_text(json.dumps({"key": key, "views": views, "photos": len(frames)}))
        partial.replace(done)
    embeddings = np.load(stored, mmap_mode="r")
    centre = embeddings[:, 0].astype(np.float32).mean(axis=0)
    return ViewBank(boxes, embeddings, centre, _head_logits(embeddings, labels, seed))


def _fingerprint(teacher: Path, frames: NDArray[np.uint8], boxes: Floats) -> str:
    digest = hashlib.sha256(teacher.read_bytes())
    digest.update(np.ascontiguousarray(frames).data)
    digest.update(boxes.tobytes())
    return digest.hexdigest()


def _embed_views(
    teacher: Path,
    frames: NDArray[np.uint8],
    boxes: Floats,
    stored: Path,
    should_stop: Callable[[], bool],
) -> None:
    session = open_session(teacher.read_bytes())
    size_px = int(session.get_inputs()[0].shape[1])
    depth = int(next(out.shape[-1] for out in session.get_outputs() if out.name == "embedding"))
    photos, views = boxes.shape[:2]
    file = np.lib.format.open_memmap(stored, mode="w+", dtype=np.float16, shape=(photos, views, depth))
    with ThreadPoolExecutor(cpu_count()) as pool:
        for start in range(0, photos, CHUNK // views + 1):
            if should_stop():
                raise TrainingStopped("Stopped while the teacher was looking at the photos.")
            rows = np.arange(start, min(start + CHUNK // views + 1, photos))
            flat = boxes[rows].reshape(-1, 5)  # (n, K, 5) -> (n * K, 5)
            cut = crop(frames[np.repeat(rows, views)], flat, size_px).numpy()
            images = np.clip(np.round(cut), 0, 255).astype(np.uint8)
            parts = [images[i : i + TEACHER_BATCH] for i in range(0, len(images), TEACHER_BATCH)]
            vectors = np.concatenate(list(pool.map(lambda part: _embed(session, part), parts)))
            file[rows] = vectors.reshape(len(rows), views, depth)
    file.flush()


def _embed(session: onnxruntime.InferenceSession, images: NDArray[np.uint8]) -> Any:
    return session.run(["embedding"], {"images": images})[0]


def _head_logits(embeddings: NDArray[np.float16], labels: NDArray[np.int64], seed: int) -> Floats:
    """Return float32 (N, K, C): a logistic regression fitted on some of the views, applied to all."""
    photos, views, depth = embeddings.shape
    shown = min(views, max(1, HEAD_ROWS // photos))
    inputs = embeddings[:, :shown].astype(np.float32).reshape(-1, depth)
    head = LogisticRegression(C=0.1, max_iter=300, random_state=seed)
    head.fit(inputs, np.repeat(labels, shown))
    kernel, bias = head.coef_.T, head.intercept_  # (D, C), (C,); one column for two classes
    if kernel.shape[1] == 1:
        kernel = np.concatenate([np.zeros_like(kernel), kernel], axis=1)
        bias = np.concatenate([np.zeros_like(bias), bias])
    flat = [(row.astype(np.float32) @ kernel + bias).astype(np.float32) for row in embeddings]
    return np.stack(flat)
