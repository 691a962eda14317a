"""The same in LitServe: a multipart form, a worker process per CPU."""

import os
from typing import Any

import litserve
from fastapi import Request

from benchmarks.peers.photo_answer import OnnxAnswerer, PeerModel, opened


class Peer(litserve.LitAPI):
    """`POST /predict` with the photo in the field `image`."""

    def setup(self, device: Any) -> None:  # noqa: ARG002 LitServe's signature
        self._answerer = OnnxAnswerer(PeerModel.from_environment())

    def decode_request(self, request: Request) -> bytes:
        data: bytes = request["image"].file.read()
        return data

    def predict(self, photo: bytes) -> dict[str, Any]:
        return self._answerer.answer(opened(photo))

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        return output


def main() -> None:
    server = litserve.LitServer(
        Peer(), accelerator="cpu", workers_per_device=int(os.environ["PEER_WORKERS"]), timeout=30
    )
    port = int(os.environ["PEER_PORT"])
    server.run(host="127.0.0.1", port=port, generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main()
