"""The least a classifier over HTTP can do: Flask, Pillow, ONNX Runtime, JSON. Nothing else.

No limits, no queue, no calibration, no "unknown", no log, no metrics, no hot swap: what it answers per
second is the most that the same model file on the same HTTP server can give.
"""

import argparse
import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from flask import Flask, jsonify, request
from PIL import Image

from lenswright import http_server


def build(model: Path, size_px: int, framing: str, classes: tuple[str, ...]) -> Flask:
    """Return the app; called in the serving process only."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> Any:
        file = request.files.get("image")
        pixels = read(file.read() if file else request.get_data(), size_px, framing)
        probabilities = session.run(["probabilities"], {"images": pixels[None]})[0][0]
        best = int(probabilities.argmax())
        return jsonify(
            predicted_class=classes[best],
            confidence=float(probabilities[best]),
            probabilities=dict(zip(classes, probabilities.tolist(), strict=True)),
        )

    return app


def read(data: bytes, size_px: int, framing: str) -> Any:
    """Return uint8 (S, S, 3)."""
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (2 * size_px, 2 * size_px))
    width, height = image.size
    side = min(width, height) if framing == "crop" else None
    box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2) if side else None
    image = image.convert("RGB").resize((size_px, size_px), Image.Resampling.BILINEAR, box=box)
    return np.asarray(image)  # (H, W, 3) -> (S, S, 3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--size-px", type=int, required=True)
    parser.add_argument("--framing", required=True)
    parser.add_argument("--classes", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    given = parser.parse_args()
    app = partial(build, given.model, given.size_px, given.framing, tuple(given.classes.split("\t")))
    http_server.serve(app, "127.0.0.1", given.port, threads=given.threads, name="The peer")
