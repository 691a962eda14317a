"""Where a run's backbone comes from: a given file, Keras' download, or a model that already serves.

Never silently random: what was used is on the run, in the bundle and on the model card.
"""

import hashlib
import logging
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenswright.errors import BundleRefused, NotFound, WeightsUnavailable
from lenswright.imaging.input_spec import Framing, InputSpec
from lenswright.registry.bundle import Bundles, Manifest
from lenswright.runs.request import TrainingRequest
from lenswright.settings import Settings
from lenswright.training.heads_onnx import cut_head

DEFAULT_BACKBONE = "mobilenet_v2"
# ImageNet networks have learned upright proportions: 78.1 % against 74.0 % of 1,552 dog breeds photos.
PRETRAINED_FRAMING: Framing = "crop"
DOWNLOAD_TIMEOUT_S = 20.0
LENT = "backbone of model"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pretrained:
    """A backbone that is ready to embed photos.

    `onnx`: its graph (outputs embedding, feature_map). `identity` names its weights and input, and
    with them its feature cache. `load_keras()` returns the same backbone as a keras.Model.
    """

    name: str
    spec: InputSpec
    weights: str
    identity: str
    onnx: bytes
    load_keras: Callable[[], Any]


@dataclass(frozen=True)
class BackboneShelf:
    """Finds backbones; `folder` caches their ONNX exports by identity."""

    settings: Settings
    bundles: Bundles
    folder: Path

    def find(self, request: TrainingRequest, champion: Manifest | None) -> Pretrained:
        """Return the backbone `request` asks for. Raises WeightsUnavailable with every reason."""
        ways = {
            "file": lambda: self._from_file(request),
            "imagenet": lambda: self._from_keras(request),
            "bundled": lambda: self._from_champion(champion),
        }
        wanted = [request.weights] if request.weights in ways else list(ways)
        own_champion = champion is not None and not champion.training.get("shipped")
        if request.kind == "retrain" and request.weights == "auto" and own_champion:
            wanted = ["bundled", "file", "imagenet"]  # its features are cached; the shipped one is a fallback
        refusals = []
        for way in wanted:
            try:
                return ways[way]()
            except WeightsUnavailable as exc:
                refusals.append(str(exc))
                log.info("weights %r are not to be had: %s", way, exc)
        raise WeightsUnavailable(" ".join(refusals))

    def weights_file(self, name: str) -> Path:
        """Return the given weights file of backbone `name`. Raises WeightsUnavailable."""
        given = self.settings.backbone_weights
        if given is None:
            raise WeightsUnavailable("No weights file is given: set LENSWRIGHT_BACKBONE_WEIGHTS to one.")
        if given.is_file():
            return given
        # `mobilenet_v2_050_x.h5` is no file of `mobilenet_v2`: another backbone's name fits it better.
        from lenswright.training.backbones import BACKBONES

        for file in sorted(given.glob(f"{name}*.h5")):
            if max((known for known in BACKBONES if file.name.startswith(known)), key=len) == name:
                return file
        raise WeightsUnavailable(
            f"Expected a file {name}*.h5 in LENSWRIGHT_BACKBONE_WEIGHTS. Looked in {given}."
        )

    def _from_file(self, request: TrainingRequest) -> Pretrained:
        name = DEFAULT_BACKBONE if request.backbone == "auto" else request.backbone
        file = self.weights_file(name)
        return self._from_weights(name, request, file, f"file {file.name}")

    def _from_keras(self, request: TrainingRequest) -> Pretrained:
        name = DEFAULT_BACKBONE if request.backbone == "auto" else request.backbone
        if not self.settings.allow_download:
            raise WeightsUnavailable("Downloads are switched off (LENSWRIGHT_ALLOW_DOWNLOAD).")
        return self._from_weights(
            name, request, self._downloaded(name), "ImageNet weights downloaded by Keras"
        )

    def _downloaded(self, name: str) -> Path:
        """Return Keras' own ImageNet weights as a file, from an earlier time or the network."""
        from lenswright.training.backbones import find_backbone

        file = self.folder / f"{name}-imagenet.weights.h5"
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(DOWNLOAD_TIMEOUT_S)
        try:
            if not file.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                find_backbone(name).download(file)
        except Exception as exc:  # Keras raises a bare Exception when it cannot reach a URL
            raise WeightsUnavailable(
                f"Keras could not download the ImageNet weights of {name}: {exc}."
            ) from exc
        finally:
            socket.setdefaulttimeout(before)
        return file

    def _from_weights(self, name: str, request: TrainingRequest, file: Path, weights: str) -> Pretrained:
        from lenswright.training.backbones import build_backbone, find_backbone

        size_px = request.size_px or find_backbone(name).default_size_px
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        identity = f"{name}-{size_px}-{content[:16]}"

        def load_keras() -> Any:
            return build_backbone(name, size_px, file)

        onnx = self._cached(identity) or self.export(identity, load_keras())
        return Pretrained(name, InputSpec(size_px, PRETRAINED_FRAMING), weights, identity, onnx, load_keras)

    def _from_champion(self, champion: Manifest | None) -> Pretrained:
        champion = champion or self._shipped()
        if champion is None:
            raise WeightsUnavailable(
                "No model serves this task or ships with lenswright to lend its backbone."
            )
        task, version = champion.task, champion.version
        try:
            onnx = cut_head(self.bundles.read_file(task, version, "model.onnx"))
            stored = self.bundles.read_file(task, version, "model.keras")
        except (BundleRefused, NotFound) as exc:
            raise WeightsUnavailable(f"The model {version} cannot lend its backbone: {exc}") from exc
        identity = champion.training.get("backbone_identity") or f"{champion.backbone}-{version}"
        weights = champion.weights  # a chain of retrains names the first lender only
        if not weights.startswith(LENT):
            weights = f"{LENT} {version} ({weights})"
        return Pretrained(
            champion.backbone, champion.input_spec, weights, identity, onnx, lambda: _backbone_of(stored)
        )

    def _shipped(self) -> Manifest | None:
        """Return the newest model that ships with lenswright, whatever its task."""
        for task, version in sorted(self.bundles.found(), key=lambda pair: pair[1], reverse=True):
            manifest = self.bundles.manifest(task, version)
            if manifest.training.get("shipped"):
                return manifest
        return None

    def _cached(self, identity: str) -> bytes | None:
        file = self.folder / f"{identity}.onnx"
        return file.read_bytes() if file.exists() else None

    def export(self, identity: str, backbone: Any) -> bytes:
        """Export a keras.Model (backbone), keep it by its identity, and return its ONNX graph."""
        from lenswright.training.export import export_backbone_onnx

        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{identity}.part"
        export_backbone_onnx(backbone, part)
        return part.rename(self.folder / f"{identity}.onnx").read_bytes()


def _backbone_of(stored: bytes) -> Any:
    """Return the backbone (images -> feature map) of a stored Keras classifier."""
    import keras

    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(stored)
        file.flush()
        classifier = keras.models.load_model(file.name, compile=False)
    return keras.Model(classifier.input, classifier.output["feature_map"], name="backbone")
