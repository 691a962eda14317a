"""A classifier of colours, as real as it needs to be: an ONNX file under 2 KB and its whole bundle.

It answers with the class whose colour is nearest to the photo's mean colour: of two classes the first
is red and the second blue, more are spread over the colour circle.
"""

import colorsys
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lenswright.evaluation.card import model_card
from lenswright.evaluation.report import evaluate
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.classifier import Classifier
from lenswright.registry.bundle import INT8_NETWORK, NETWORK, Bundle, Bundles, Manifest
from lenswright.registry.golden import golden_frames
from lenswright.registry.head import StoredHead
from lenswright.registry.versions import summary_of
from tests.builders import photo

TASK = "cats-vs-dogs"
VERSION = "20261121-070000-0001"
CLASSES = ("cat", "dog")
SIZE_PX = 32
SEED = 7


def colour_of(index: int, count: int) -> tuple[int, int, int]:
    """Return the RGB colour 0..255 of class `index` of `count`."""
    hue = (0.0, 2 / 3)[index] if count == 2 else index / count
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.85, 0.85)
    return round(red * 255), round(green * 255), round(blue * 255)


def photo_of(index: int, count: int = 2, **size: Any) -> bytes:
    """Return a JPEG in the colour of class `index`."""
    return photo(colour_of(index, count), **size)


def tiny_classifier(classes: int = 2, *, size_px: int = SIZE_PX, sharpness: float = 4.0) -> bytes:
    """Return an ONNX classifier: `images` uint8 (N, S, S, 3) -> `probabilities` (N, C), `embedding`
    (N, 3), `feature_map` (N, S/8, S/8, 3). The sharper, the surer its answers.
    """
    blocks = size_px // 8
    head = tiny_head(classes, sharpness=sharpness)
    constants = {
        "scale": np.array(255, np.float32),
        "blocks": np.array([0, blocks, 8, blocks, 8, 3], np.int64),
        "inside": np.array([2, 4], np.int64),
        "space": np.array([1, 2], np.int64),
        "kernel": head.kernel,
        "bias": head.bias,
    }
    nodes = [
        helper.make_node("Cast", ["images"], ["bytes"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["bytes", "scale"], ["floats"]),
        helper.make_node("Reshape", ["floats", "blocks"], ["split"]),
        helper.make_node("ReduceMean", ["split", "inside"], ["feature_map"], keepdims=0),
        helper.make_node("ReduceMean", ["feature_map", "space"], ["embedding"], keepdims=0),
        helper.make_node("MatMul", ["embedding", "kernel"], ["projected"]),
        helper.make_node("Add", ["projected", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "colours",
        [info("images", TensorProto.UINT8, ["N", size_px, size_px, 3])],
        [
            info("probabilities", TensorProto.FLOAT, ["N", classes]),
            info("embedding", TensorProto.FLOAT, ["N", 3]),
            info("feature_map", TensorProto.FLOAT, ["N", blocks, blocks, 3]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def tiny_head(classes: int = 2, *, sharpness: float = 4.0) -> StoredHead:
    """Return the head of `tiny_classifier`: the nearest colour, by 2 e.c - c.c."""
    colours = np.array([colour_of(index, classes) for index in range(classes)], np.float32) / 255
    return StoredHead(2 * sharpness * colours.T, -sharpness * (colours**2).sum(axis=1), 1.0)


def tiny_manifest(
    task: str = TASK, version: str = VERSION, classes: Sequence[str] = CLASSES, **changes: Any
) -> Manifest:
    """Return a manifest without golden answers and files; `changes` replace fields."""
    manifest = Manifest(
        task=task,
        version=version,
        classes=tuple(classes),
        input_spec=InputSpec(SIZE_PX),
        backbone="colours",
        preset="fast",
        weights="trained here from random weights; teacher: no teacher",
        temperature=1.0,
        accept_threshold=0.6,
        unknown_distance=0.25,
        data_hash="0" * 64,
        code_version="0.1.0",
        run_id=None,
        created_at=1_795_000_000.0,
        parity=1e-7,
        golden={"seed": SEED, "probabilities": []},
        training={"photos": {"train": 8, "validation": 2, "test": 2 * len(classes)}, "seconds": {}},
    )
    return replace(manifest, **changes)


def tiny_bundle(
    task: str = TASK,
    version: str = VERSION,
    classes: Sequence[str] = CLASSES,
    *,
    sharpness: float = 4.0,
    **changes: Any,
) -> Bundle:
    """Return a bundle in memory, with its true golden answers and a reference of every class' colour."""
    count = len(classes)
    bare = Bundle(
        tiny_manifest(task, version, classes, **changes),
        tiny_classifier(count, sharpness=sharpness),
        _reference(count),
        head=tiny_head(count, sharpness=sharpness),
    )
    golden = {"seed": SEED, "probabilities": _golden_rows(bare)}
    return replace(
        bare, manifest=replace(bare.manifest, golden=golden) if "golden" not in changes else bare.manifest
    )


def with_int8(bundle: Bundle, *, sharpness: float = 3.0) -> Bundle:
    """Return `bundle` with another network in the place of its int8 twin; it serves."""
    network = tiny_classifier(len(bundle.manifest.classes), sharpness=sharpness)
    rows = bundle.manifest.golden["probabilities"]
    serving = replace(bundle, onnx=network, fallback=bundle.onnx)
    golden = {"seed": SEED, "probabilities": _golden_rows(serving), "fallback": rows}
    manifest = replace(bundle.manifest, network=INT8_NETWORK, int8={"agreement": 1.0}, golden=golden)
    return replace(serving, manifest=manifest)


def _golden_rows(bundle: Bundle) -> list[list[float]]:
    frames = golden_frames(bundle.manifest.input_spec, SEED)
    rows: list[list[float]] = Classifier(bundle).answer(frames).probabilities.tolist()
    return rows


def write_tiny_bundle(
    bundles: Bundles,
    task: str = TASK,
    version: str = VERSION,
    classes: Sequence[str] = CLASSES,
    *,
    sharpness: float = 4.0,
    int8: bool = False,
    **changes: Any,
) -> Manifest:
    """Write a whole bundle (network, reference, measured report, card) and return its manifest."""
    bundle = tiny_bundle(task, version, classes, sharpness=sharpness, **changes)
    report = tiny_report(bundle)
    reference = io.BytesIO()
    np.save(reference, _reference(len(classes)))
    files = {
        NETWORK: bundle.onnx,
        "model.keras": b"not a real archive",
        "reference.npy": reference.getvalue(),
        "head.npz": tiny_head(len(classes), sharpness=sharpness).to_bytes(),
        "report.json": json.dumps(report).encode(),
        "MODEL_CARD.md": model_card(bundle.manifest.to_json(), report).encode(),
    }
    if int8:
        bundle = with_int8(bundle)
        files[INT8_NETWORK] = bundle.onnx
    return bundles.write(bundle.manifest, files)


def tiny_report(bundle: Bundle) -> dict[str, Any]:
    """Return the report of a bundle on two plain frames of every class."""
    count = len(bundle.manifest.classes)
    labels = np.repeat(np.arange(count), 2)
    frames = np.empty((len(labels), SIZE_PX, SIZE_PX, 3), np.uint8)
    for frame, index in zip(frames, labels.tolist(), strict=True):
        frame[:] = colour_of(index, count)
    probabilities = Classifier(bundle).answer(frames).probabilities
    ids = range(1, len(labels) + 1)
    return evaluate(probabilities, labels, bundle.manifest.classes, photo_ids=ids).to_json()


def tiny_summary(bundles: Bundles, manifest: Manifest) -> dict[str, Any]:
    """Return what `Versions.register` takes as the summary of a written bundle."""
    metrics = bundles.report(manifest.task, manifest.version)["metrics"]
    return summary_of(
        manifest, metrics, len(bundles.read_file(manifest.task, manifest.version, "model.onnx"))
    )


def _reference(classes: int) -> NDArray[np.float16]:
    """Return unit embeddings float16 (5 C, 3): five neighbours of every class, all in its own colour."""
    colours = np.array([colour_of(index, classes) for index in range(classes)], np.float32).repeat(5, axis=0)
    return (colours / np.linalg.norm(colours, axis=1, keepdims=True)).astype(np.float16)
