"""A model bundle: the files of one version under `<task>/<version>/`, vouched for by its manifest."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import BundleRefused, NotFound
from lenswright.imaging.input_spec import InputSpec
from lenswright.storage.blobs import Blobs

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
NETWORK = "model.onnx"
REFERENCE = "reference.npy"
REPORT = "report.json"


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself. `files` maps each file to its SHA-256; distances are cosine.

    `golden`: seed and expected probabilities of the golden frames. `training`: recipe, counts,
    seconds. `parity`: largest difference between the Keras and the ONNX probabilities.
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

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "classes": list(self.classes)}

    @classmethod
    def from_json(cls, record: Any) -> "Manifest":
        """Return the manifest. Raises BundleRefused that names what is missing."""
        if not isinstance(record, dict):
            raise BundleRefused(f"Expected a manifest object. Received: {type(record).__name__}.")
        missing = [entry.name for entry in fields(cls) if entry.name not in record]
        if missing:
            raise BundleRefused(f"The manifest lacks {', '.join(missing)}.")
        if record["format_version"] != FORMAT_VERSION:
            raise BundleRefused(
                f"Expected a bundle of format {FORMAT_VERSION}. Received: {record['format_version']!r}."
            )
        known = {entry.name: record[entry.name] for entry in fields(cls)}
        try:
            spec = InputSpec.from_json(record["input_spec"])
        except (KeyError, TypeError, ValueError) as exc:
            raise BundleRefused(f"The manifest's input_spec is damaged: {record['input_spec']!r}.") from exc
        return cls(**{**known, "classes": tuple(record["classes"]), "input_spec": spec})


@dataclass(frozen=True)
class Bundle:
    """What serving needs, in memory: the network, and unit embeddings float16 (R, D) or None."""

    manifest: Manifest
    onnx: bytes
    reference: NDArray[np.float16] | None


class Bundles:
    """Reads and writes bundles. The manifest is written last: without it there is no bundle."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def write(self, manifest: Manifest, files: Mapping[str, bytes | Path]) -> Manifest:
        """Store `files` and then the manifest with their checksums; return it. Raises StorageFailure."""
        checksums = {}
        for name, source in files.items():
            data = source.read_bytes() if isinstance(source, Path) else source
            self._blobs.write(_key(manifest.task, manifest.version, name), data)
            checksums[name] = hashlib.sha256(data).hexdigest()
        complete = replace(manifest, files=checksums)
        text = json.dumps(complete.to_json(), indent=2).encode()
        self._blobs.write(_key(manifest.task, manifest.version, MANIFEST), text)
        return complete

    def manifest(self, task: str, version: str) -> Manifest:
        """Return the manifest. Raises NotFound or BundleRefused."""
        key = _key(task, version, MANIFEST)
        if not self._blobs.exists(key):
            raise NotFound("model", version)
        try:
            manifest = Manifest.from_json(json.loads(self._blobs.read(key)))
        except ValueError as exc:
            raise BundleRefused(f"The manifest of model {version} is damaged: {exc}.") from exc
        if (manifest.task, manifest.version) != (task, version):
            raise BundleRefused(
                f"Expected the bundle {task}/{version}. Received: {manifest.task}/{manifest.version}."
            )
        return manifest

    def load(self, task: str, version: str) -> Bundle:
        """Return the bundle after checking every file. Raises NotFound or BundleRefused."""
        manifest = self.manifest(task, version)
        contents = {name: self._checked(manifest, name) for name in manifest.files}
        if NETWORK not in contents:
            raise BundleRefused(f"The model {version} has no {NETWORK}.")
        reference = contents.get(REFERENCE)
        rows = None if reference is None else np.load(io.BytesIO(reference), allow_pickle=False)
        return Bundle(manifest, contents[NETWORK], rows)

    def read_file(self, task: str, version: str, name: str) -> bytes:
        """Return one checked file of a bundle. Raises NotFound or BundleRefused."""
        manifest = self.manifest(task, version)
        if name == MANIFEST:
            return self._blobs.read(_key(task, version, MANIFEST))
        if name not in manifest.files:
            raise NotFound("file", name)
        return self._checked(manifest, name)

    def report(self, task: str, version: str) -> dict[str, Any]:
        """Return the evaluation report. Raises NotFound or BundleRefused."""
        report: dict[str, Any] = json.loads(self.read_file(task, version, REPORT))
        return report

    def found(self) -> list[tuple[str, str]]:
        """Return (task, version) of every complete bundle, oldest version name first."""
        keys = self._blobs.keys()
        parts = [key.split("/") for key in keys if key.endswith(f"/{MANIFEST}")]
        return sorted((part[0], part[1]) for part in parts if len(part) == 3)

    def copy_in(self, folder: Path, task: str, version: str) -> None:
        """Copy a bundle from a local folder, as it is, its manifest last. Raises StorageFailure."""
        files = sorted(folder.iterdir(), key=lambda file: (file.name == MANIFEST, file.name))
        for file in files:
            self._blobs.write(_key(task, version, file.name), file.read_bytes())

    def _checked(self, manifest: Manifest, name: str) -> bytes:
        try:
            data = self._blobs.read(_key(manifest.task, manifest.version, name))
        except NotFound as exc:
            raise BundleRefused(f"The model {manifest.version} lacks its file {name}.") from exc
        found = hashlib.sha256(data).hexdigest()
        if found != manifest.files[name]:
            raise BundleRefused(
                f"The file {name} of model {manifest.version} is damaged. Expected SHA-256"
                f" {manifest.files[name]}. Received: {found}."
            )
        return data


def _key(task: str, version: str, name: str) -> str:
    return f"{task}/{version}/{name}"
