"""What a bundle says of itself, and the checks that keep a damaged saying out."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from lenswright.errors import BundleRefused
from lenswright.imaging.input_spec import InputSpec

FORMAT_VERSION = 1
NETWORK = "model.onnx"
INT8_NETWORK = "model.int8.onnx"


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself. `files` maps each file to its SHA-256; distances are cosine.

    `golden`: seed and expected probabilities of the golden frames. `training`: recipe, counts,
    seconds. `parity`: largest difference between the Keras and the ONNX probabilities.
    `network`: the file that serves; while it is not `model.onnx`, `golden` has also the answers of
    `model.onnx` (`fallback`), and `int8` the numbers that let the int8 network serve.
    """

    task: str
    version: str
    classes: tuple[str, ...]
    input_spec: InputSpec
    backbone: str
    preset: str
    weights: str
    temperature: float
    accept_threshold: float
    unknown_distance: float | None
    data_hash: str
    code_version: str
    run_id: int | None
    created_at: float
    parity: float
    golden: dict[str, Any]
    training: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION
    network: str = NETWORK
    int8: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "classes": list(self.classes)}

    @classmethod
    def from_json(cls, record: Any) -> "Manifest":
        """Return the manifest. Raises BundleRefused that names what is missing or wrong."""
        if not isinstance(record, dict):
            raise BundleRefused(f"Expected a manifest object. Received: {type(record).__name__}.")
        if record.get("format_version") != FORMAT_VERSION:
            raise BundleRefused(
                f"Expected a bundle of format {FORMAT_VERSION}. Received: {record.get('format_version')!r}."
            )
        record = YOUNGER | record
        missing = [entry.name for entry in fields(cls) if entry.name not in record]
        if missing:
            raise BundleRefused(f"The manifest lacks {', '.join(missing)}.")
        for name, (expected, fits) in RULES.items():
            if not fits(record[name]):
                raise BundleRefused(f"The manifest's {name} is not {expected}: {_short(record[name])}.")
        known = {entry.name: record[entry.name] for entry in fields(cls)}
        classes, spec = tuple(record["classes"]), _input_spec(record["input_spec"])
        _check_golden(record["golden"], len(classes), fallback=record["network"] != NETWORK)
        return cls(**{**known, "classes": classes, "input_spec": spec})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_classes(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value) >= 2


def _are_files(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _is_text(digest) and "/" not in name for name, digest in value.items()
    )


RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(
        ("task", "version", "backbone", "preset", "weights", "data_hash", "code_version"),
        ("a text", _is_text),
    ),
    "classes": ("a list of at least two different names", _are_classes),
    "temperature": ("a number above 0", lambda value: _is_number(value) and value > 0),
    "accept_threshold": ("a number 0..1", lambda value: _is_number(value) and 0 <= value <= 1),
    "unknown_distance": ("a number or null", lambda value: value is None or _is_number(value)),
    "run_id": ("a whole number or null", lambda value: value is None or isinstance(value, int)),
    **dict.fromkeys(("created_at", "parity"), ("a number", _is_number)),
    "training": ("an object", lambda value: isinstance(value, dict)),
    "files": ("an object of names and checksums", _are_files),
    "network": (f"{NETWORK} or {INT8_NETWORK}", lambda value: value in (NETWORK, INT8_NETWORK)),
    "int8": ("an object", lambda value: isinstance(value, dict)),
}
YOUNGER: dict[str, Any] = {"network": NETWORK, "int8": {}}  # fields that the first bundles lack


def _input_spec(record: Any) -> InputSpec:
    try:
        return InputSpec.from_json(record)
    except (KeyError, TypeError, ValueError) as exc:
        raise BundleRefused(f"The manifest's input_spec is damaged: {_short(record)}.") from exc


def _check_golden(golden: Any, class_count: int, *, fallback: bool) -> None:
    """Raise BundleRefused unless there is a seed and at least one row of a probability for each class."""
    if not isinstance(golden, dict) or not isinstance(golden.get("seed"), int):
        raise BundleRefused(f"The manifest's golden answers are damaged: {_short(golden)}.")
    for name in ("probabilities", "fallback") if fallback else ("probabilities",):
        rows = golden.get(name)
        if not isinstance(rows, list) or not rows:
            raise BundleRefused(f"The manifest's golden answers lack {name!r}: {_short(golden)}.")
        for row in rows:
            if not isinstance(row, list) or len(row) != class_count or not all(map(_is_number, row)):
                raise BundleRefused(
                    f"Expected golden rows of {class_count} probabilities. Received: {_short(row)}."
                )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
