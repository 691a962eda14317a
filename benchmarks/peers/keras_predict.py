"""What most tutorials show: Flask and `model.predict`, one photo a call; behind Granian, as the bare loop."""

from typing import Any

import keras
from flask import Flask, jsonify, request

from benchmarks.peers.photo_answer import PeerModel, framed, named, opened


def build() -> Flask:
    """Return the app; called in the serving process."""
    model = PeerModel.from_environment()
    whole = keras.saving.load_model(model.keras, compile=False)
    network = keras.Model(whole.input, keras.ops.softmax(whole.output["logits"]))  # no other output
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> Any:
        frame = framed(opened(request.files["image"].read()), model.size_px, model.framing)
        answer = network.predict(frame[None], verbose=0)  # (S, S, 3) -> (1, S, S, 3)
        return jsonify(named(answer[0], model.classes))

    return app
