"""The same in BentoML: an image parameter, which it takes as a multipart form, and a worker per CPU."""

import os
from typing import Any

import bentoml
from PIL.Image import Image

from benchmarks.peers.photo_answer import OnnxAnswerer, PeerModel


@bentoml.service(workers=int(os.environ.get("PEER_WORKERS", "2")))
class Peer:
    """`POST /predict` with the photo in the field `image`."""

    def __init__(self) -> None:
        self._answerer = OnnxAnswerer(PeerModel.from_environment())

    @bentoml.api
    def predict(self, image: Image) -> dict[str, Any]:
        return self._answerer.answer(image)
