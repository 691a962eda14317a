"""The least a classifier over HTTP can do: Flask, Pillow, ONNX Runtime, JSON. Nothing else.

No limits, no queue, no calibration, no "unknown", no log, no metrics, no hot swap: what it answers per
second is the most that the same model file can give behind Flask. Run it with Granian:

    granian --interface wsgi --workers 1 --blocking-threads 2 --factory benchmarks.peers.bare_loop:build
"""

from typing import Any

from flask import Flask, jsonify, request

from benchmarks.peers.photo_answer import OnnxAnswerer, PeerModel, opened


def build() -> Flask:
    """Return the app; called in the serving process."""
    answerer = OnnxAnswerer(PeerModel.from_environment())
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> Any:
        return jsonify(answerer.answer(opened(request.files["image"].read())))

    return app
