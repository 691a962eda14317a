"""A model bundle: the files of one version under `<task>/<version>/`, vouched for by its manifest."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import BundleRefused, NotFound
from lenswright.registry.head import HEAD as HEAD
from lenswright.registry.head import StoredHead
from lenswright.registry.manifest import INT8_NETWORK as INT8_NETWORK
from lenswright.registry.manifest import NETWORK as NETWORK
from lenswright.registry.manifest import Manifest as Manifest
from lenswright.storage.blobs import Blobs

MANIFEST = "manifest.json"
REFERENCE = "reference.npy"
REPORT = "report.json"


@dataclass(frozen=True)
class Bundle:
    """What serving needs, in memory.

    `onnx`: the network that serves. `reference`: unit embeddings float16 (R, D). `fallback`: the
    float32 network while `onnx` is its int8 twin. `head` explains answers; old bundles have none.
    """

    manifest: Manifest
    onnx: bytes
    reference: NDArray[np.float16] | None
    fallback: bytes | None = None
    head: StoredHead | None = None


class Bundles:
    """Reads and writes bundles. The manifest is written last: without it there is no bundle."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def write(self, manifest: Manifest, files: Mapping[str, bytes | Path]) -> Manifest:
        """Store `files` and then the manifest with their checksums; return it. Raises StorageFailure."""
        return self._write_manifest(replace(manifest, files=self._write_files(manifest, files)))

    def add(
        self, task: str, version: str, files: Mapping[str, bytes | Path], extra: dict[str, Any]
    ) -> Manifest:
        """Add `files` to a written bundle and `extra` to its manifest's `training`; return it.

        At every moment the bundle is whole: a file that is replaced is first taken off the manifest.
        Raises NotFound, BundleRefused or StorageFailure; a failure leaves the other files as they were.
        """
        manifest = self.manifest(task, version)
        kept = {name: digest for name, digest in manifest.files.items() if name not in files}
        if kept != manifest.files:
            self._write_manifest(replace(manifest, files=kept))
        checksums = kept | self._write_files(manifest, files)
        return self._write_manifest(replace(manifest, files=checksums, training=manifest.training | extra))

    def _write_files(self, manifest: Manifest, files: Mapping[str, bytes | Path]) -> dict[str, str]:
        """Store `files` and return their checksums."""
        checksums = {}
        for name, source in files.items():
            data = source.read_bytes() if isinstance(source, Path) else source
            self._blobs.write(_key(manifest.task, manifest.version, name), data)
            checksums[name] = hashlib.sha256(data).hexdigest()
        return checksums

    def _write_manifest(self, manifest: Manifest) -> Manifest:
        text = json.dumps(manifest.to_json(), indent=2).encode()
        self._blobs.write(_key(manifest.task, manifest.version, MANIFEST), text)
        return manifest

    def manifest(self, task: str, version: str) -> Manifest:
        """Return the manifest. Raises NotFound or BundleRefused."""
        key = _key(task, version, MANIFEST)
        if not self._blobs.exists(key):
            raise NotFound("model", version)
        manifest = Manifest.from_json(_json(self._blobs.read(key), f"manifest of model {version}"))
        if (manifest.task, manifest.version) != (task, version):
            raise BundleRefused(
                f"Expected the bundle {task}/{version}. Received: {manifest.task}/{manifest.version}."
            )
        return manifest

    def load(self, task: str, version: str) -> Bundle:
        """Return the bundle after checking every file. Raises NotFound or BundleRefused."""
        manifest = self.manifest(task, version)
        kept = {}
        for name in manifest.files:
            data = self._checked(manifest, name)  # one at a time: a Keras file is not kept for its check
            if name in (manifest.network, NETWORK, REFERENCE, HEAD):
                kept[name] = data
        for name in (NETWORK, manifest.network):
            if name not in kept:
                raise BundleRefused(f"The model {version} has no {name}.")
        return Bundle(
            manifest,
            kept[manifest.network],
            _reference(kept[REFERENCE]) if REFERENCE in kept else None,
            kept[NETWORK] if manifest.network != NETWORK else None,
            StoredHead.from_bytes(kept[HEAD]) if HEAD in kept else None,
        )

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
        report = _json(self.read_file(task, version, REPORT), f"report of model {version}")
        if not isinstance(report, dict):
            raise BundleRefused(f"The report of model {version} is no object.")
        return report

    def found(self) -> list[tuple[str, str]]:
        """Return (task, version) of every complete bundle, oldest version name first."""
        keys = self._blobs.keys()
        parts = [key.split("/") for key in keys if key.endswith(f"/{MANIFEST}")]
        return sorted((part[0], part[1]) for part in parts if len(part) == 3)

    def copy_in(self, folder: Path, task: str, version: str) -> None:
        """Copy a bundle from a local folder, its manifest last. Raises BundleRefused, StorageFailure."""
        try:
            text = (folder / MANIFEST).read_bytes()
            names = Manifest.from_json(_json(text, f"manifest of model {version}")).files
            for name in names:
                self._blobs.write(_key(task, version, name), (folder / name).read_bytes())
        except OSError as exc:
            raise BundleRefused(f"The model {version} cannot be read from {folder}: {exc}.") from exc
        self._blobs.write(_key(task, version, MANIFEST), text)

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


def _json(data: bytes, what: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as exc:
        raise BundleRefused(f"The {what} is damaged: {exc}.") from exc


def _reference(data: bytes) -> NDArray[np.float16]:
    try:
        rows = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as exc:
        raise BundleRefused(f"The file {REFERENCE} is no array: {exc}.") from exc
    if not isinstance(rows, np.ndarray) or rows.ndim != 2 or not len(rows) or rows.dtype.kind != "f":
        raise BundleRefused(f"The file {REFERENCE} does not hold embeddings (R, D).")
    return rows
