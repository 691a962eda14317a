"""What every peer does with a photo, so that only the way around it differs: decode, frame, run, name.

The peers run in environments of their own: this file needs NumPy and Pillow, and ONNX Runtime to run.
What to answer with comes in the environment variable `PEER_MODEL`, as JSON.
"""

import io
import json
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

VARIABLE = "PEER_MODEL"


@dataclass(frozen=True)
class PeerModel:
    """`network`: path of model.onnx; `keras`: path of model.keras; frames are (size_px, size_px, 3)."""

    network: str
    keras: str
    size_px: int
    framing: str
    classes: tuple[str, ...]

    def to_environment(self) -> dict[str, str]:
        return {VARIABLE: json.dumps(self.__dict__)}

    @classmethod
    def from_environment(cls) -> "PeerModel":
        said = json.loads(os.environ[VARIABLE])
        return cls(**{**said, "classes": tuple(said["classes"])})


class OnnxAnswerer:
    """One ONNX Runtime session with one thread a call, as many callers as CPUs: what suits this load."""

    def __init__(self, model: PeerModel) -> None:
        import onnxruntime as ort  # the Keras peer has none

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(model.network, options, providers=["CPUExecutionProvider"])
        self._model = model

    def answer(self, image: Image.Image) -> dict[str, Any]:
        """Return the named answer for an image that was opened and not yet decoded."""
        frame = framed(image, self._model.size_px, self._model.framing)
        probabilities = self._session.run(["probabilities"], {"images": frame[None]})[0][0]
        return named(probabilities, self._model.classes)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def framed(image: Image.Image, size_px: int, framing: str) -> Any:
    """Return uint8 (S, S, 3): decoded no larger than needed, cropped or squashed, bilinear."""
    image.draft("RGB", (2 * size_px, 2 * size_px))
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side) if framing == "crop" else None
    image = image.convert("RGB").resize((size_px, size_px), Image.Resampling.BILINEAR, box=box)
    return np.asarray(image)  # (H, W, 3) -> (S, S, 3)


def named(probabilities: Any, classes: tuple[str, ...]) -> dict[str, Any]:
    """Return what a client is told for probabilities (C,)."""
    best = int(probabilities.argmax())
    return {
        "predicted_class": classes[best],
        "confidence": float(probabilities[best]),
        "probabilities": dict(zip(classes, probabilities.tolist(), strict=True)),
    }
