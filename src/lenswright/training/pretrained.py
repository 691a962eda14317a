"""Where a run's backbone comes from: a given file, Keras' download, a model that already serves, or chance.

Random only if asked for: what was used is on the run, in the bundle and on the model card.
"""

import hashlib
import logging
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lenswright.errors import BundleRefused, NotFound, WeightsUnavailable
from lenswright.imaging.input_spec import Framing, InputSpec
from lenswright.registry.bundle import Bundles, Manifest
from lenswright.runs.backbones import find_backbone
from lenswright.runs.request import TrainingRequest
from lenswright.settings import Settings
from lenswright.training.heads_onnx import cut_head
from lenswright.training.keras_twin import KerasTwin, lent_twin
from lenswright.training.weights_file import DEFAULT_BACKBONE, weights_file

# ImageNet networks have learned upright proportions: 78.1 % against 74.0 % of 1,552 dog breeds photos.
PRETRAINED_FRAMING: Framing = "crop"
DOWNLOAD_TIMEOUT_S = 10.0
LENT = "backbone of model"
RANDOM = "random weights: for comparison only"
WAY_OUT = "The preset 'scratch' needs no weights; weights 'none' are random, for comparison only."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pretrained:
    """A backbone that is ready to embed photos.

    `onnx`: its graph (outputs embedding, feature_map). `identity` names its weights and input, and
    with them its feature cache. `load_keras()` returns the same backbone as a keras.Model.
    `mirror`: it looks at each photo and at its mirror image. `twin`: the stored classifier it was cut from.
    """

    name: str
    spec: InputSpec
    weights: str
    identity: str
    onnx: bytes
    load_keras: Callable[[], Any]
    mirror: bool = False
    twin: KerasTwin | None = None


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
            "bundled": lambda: self._from_champion(request, champion),
            "none": lambda: self._from_nothing(request),
        }
        wanted = ["file", "imagenet", "bundled"] if request.weights == "auto" else [request.weights]
        own_champion = champion is not None and not champion.training.get("shipped")
        if request.kind in ("retrain", "check") and request.weights == "auto" and own_champion:
            wanted = ["bundled", "file", "imagenet"]  # its features are cached; the shipped one is a fallback
        refusals = []
        for way in wanted:
            try:
                return ways[way]()
            except WeightsUnavailable as exc:
                refusals.append(str(exc))
                log.info("weights %r are not to be had: %s", way, exc)
        raise WeightsUnavailable(" ".join([*refusals, WAY_OUT]))

    def _from_file(self, request: TrainingRequest) -> Pretrained:
        name, file = weights_file(self.settings.backbone_weights, request.backbone)
        return self._from_weights(name, request, file, f"file {file.name}")

    def _from_keras(self, request: TrainingRequest) -> Pretrained:
        name = _named(request)
        if not find_backbone(name).downloadable:
            raise WeightsUnavailable(f"There are no ImageNet weights of {name}.")
        if not self.settings.allow_download:
            raise WeightsUnavailable("Downloads are switched off (LENSWRIGHT_ALLOW_DOWNLOAD).")

        def download(file: Path) -> None:
            from lenswright.training.backbones import download_weights

            before = socket.getdefaulttimeout()
            socket.setdefaulttimeout(DOWNLOAD_TIMEOUT_S)
            try:
                download_weights(name, file)
            except Exception as exc:  # Keras raises a bare Exception when it cannot reach a URL
                raise WeightsUnavailable(
                    f"Keras could not download the ImageNet weights of {name}: {exc}. To do without"
                    f" a network, put a file {name}*.h5 into the folder LENSWRIGHT_BACKBONE_WEIGHTS."
                ) from exc
            finally:
                socket.setdefaulttimeout(before)

        file = self._on_shelf(f"{name}-imagenet.weights.h5", download)
        return self._from_weights(name, request, file, "ImageNet weights downloaded by Keras")

    def _from_nothing(self, request: TrainingRequest) -> Pretrained:
        name = _named(request)
        size_px = request.size_px or find_backbone(name).default_size_px

        def draw(file: Path) -> None:
            from lenswright.training.backbones import random_backbone

            random_backbone(name, size_px, request.seed).save_weights(str(file))

        file = self._on_shelf(f"{name}-{size_px}-random-{request.seed}.weights.h5", draw)
        return self._from_weights(name, request, file, RANDOM)

    def _from_weights(self, name: str, request: TrainingRequest, file: Path, weights: str) -> Pretrained:
        size_px = request.size_px or find_backbone(name).default_size_px
        try:
            content = _digest(file.read_bytes())
        except OSError as exc:
            raise WeightsUnavailable(f"The weights file {file} cannot be read: {exc}.") from exc
        identity = f"{name}-{size_px}-{content[:16]}{'-mirror' if request.mirror else ''}"

        def load_keras() -> Any:
            from lenswright.training.backbones import build_backbone

            return build_backbone(name, size_px, file, mirror=request.mirror)

        if request.preset == "fast":  # which changes nothing in it: what is exported serves as twin, too
            load_keras = cache(load_keras)

        onnx = self.kept(identity, lambda: _exported(load_keras()))
        spec = InputSpec(size_px, PRETRAINED_FRAMING)
        return Pretrained(name, spec, weights, identity, onnx, load_keras, request.mirror)

    def _from_champion(self, request: TrainingRequest, champion: Manifest | None) -> Pretrained:
        champion = champion or self._shipped()
        if champion is None:
            raise WeightsUnavailable(
                "No model serves this task or ships with lenswright to lend its backbone."
            )
        task, version = champion.task, champion.version
        _check_lent(request, champion)
        try:
            onnx = cut_head(self.bundles.read_file(task, version, "model.onnx"))
            stored = self.bundles.read_file(task, version, "model.keras")
        except (BundleRefused, NotFound) as exc:
            raise WeightsUnavailable(f"The model {version} cannot lend its backbone: {exc}") from exc
        identity = champion.training.get("backbone_identity") or f"{champion.backbone}-{version}"
        weights = champion.weights  # a chain of retrains names the first lender only
        if not weights.startswith(LENT):
            weights = f"{LENT} {version} ({weights})"
        lent = Pretrained(
            champion.backbone, champion.input_spec, weights, identity, onnx, lambda: _backbone_of(stored),
            _is_mirrored(champion), lent_twin(self.bundles, champion, stored),
        )  # fmt: skip
        self.prove(lent)  # no bundle is made of a graph that was not
        return lent

    def _shipped(self) -> Manifest | None:
        """Return the newest model that ships with lenswright, whatever its task."""
        for task, version in sorted(self.bundles.found(), key=lambda pair: pair[1], reverse=True):
            manifest = self.bundles.manifest(task, version)
            if manifest.training.get("shipped"):
                return manifest
        return None

    def export(self, identity: str, backbone: Any) -> bytes:
        """Export a keras.Model (backbone), keep it by its identity, and return its ONNX graph."""
        return self.kept(identity, lambda: _exported(backbone))

    def kept(self, identity: str, make: Callable[[], bytes]) -> bytes:
        """Return the ONNX graph of this identity, from the shelf or else made and put there."""
        return self._on_shelf(f"{identity}.onnx", lambda file: file.write_bytes(make())).read_bytes()

    def is_proven(self, backbone: Pretrained) -> bool:
        """Return whether this very graph has been held against its Keras twin before, see `prove`."""
        return self._proof_of(backbone).exists()

    def prove(self, backbone: Pretrained) -> None:
        """Note that this graph answered as its Keras twin does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._proof_of(backbone).touch()

    def _proof_of(self, backbone: Pretrained) -> Path:
        return self.folder / f"{backbone.identity}-{_digest(backbone.onnx)[:16]}.proven"

    def _on_shelf(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return the file `name` in `folder`, made if need be; a killed or failed `make` leaves none."""
        file = self.folder / name
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder) as part:
                made = Path(part, name)
                make(made)
                made.replace(file)
        return file


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _exported(backbone: Any) -> bytes:
    from lenswright.training.onnx_export import export_backbone_onnx

    return export_backbone_onnx(backbone)


def _named(request: TrainingRequest) -> str:
    return DEFAULT_BACKBONE if request.backbone == "auto" else request.backbone


def _check_lent(request: TrainingRequest, lender: Manifest) -> None:
    """Raise WeightsUnavailable if another backbone, size or way to look is asked for than the lender has."""
    name, size_px = lender.backbone, lender.input_spec.size_px
    if request.mirror and not _is_mirrored(lender):
        raise WeightsUnavailable(f"The model {lender.version} lends a network without its mirror image.")
    if request.backbone not in ("auto", name) or request.size_px not in (None, size_px):
        asked = f"{_named(request)} at {request.size_px or 'any'} px"
        raise WeightsUnavailable(
            f"The model {lender.version} lends {name} at {size_px} px only. Received: {asked}."
        )


def _is_mirrored(lender: Manifest) -> bool:
    return bool(lender.training.get("request", {}).get("mirror"))


def _backbone_of(stored: bytes) -> Any:
    """Return the backbone (images -> feature map) of a stored Keras classifier."""
    import keras

    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(stored)
        file.flush()
        classifier = keras.models.load_model(file.name, compile=False)
    return keras.Model(classifier.input, classifier.output["feature_map"], name="backbone")
