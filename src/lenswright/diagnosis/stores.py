"""Whether the stores of photos and models can be read and written, and where backbones come from."""

import secrets
from pathlib import Path

from lenswright.diagnosis.finding import Finding, ok, problem, warning
from lenswright.diagnosis.folders import refused
from lenswright.errors import LenswrightError
from lenswright.storage.blobs import Blobs

PROBE = b"lenswright doctor"


def check_store(name: str, url: str) -> Finding:
    """Return whether the store `name` at `url`, a folder or an fsspec URL, can be read and written."""
    if "://" in url and not url.startswith("file://"):
        return _check_remote(name, url)
    folder = Path(url.removeprefix("file://"))
    refusal = refused(folder)
    if refusal is not None:
        return problem(name, f"{folder} cannot be used: {refusal}", "Give it to the user of the service.")
    if not folder.exists():
        return ok(name, f"{folder} will be made at the first write")
    return ok(name, f"{folder} can be read and written")


def check_backbones(given: Path | None, *, may_download: bool) -> Finding:
    """Return whether there are weights to start a training from; nothing is downloaded."""
    if given is None:
        if may_download:
            return ok("backbones", "no weights are given: Keras downloads them at the first training")
        advice = "Set LENSWRIGHT_BACKBONE_WEIGHTS to a file, or train with the preset scratch."
        return warning("backbones", "no weights are given, and no download is allowed", advice)
    advice = "Set LENSWRIGHT_BACKBONE_WEIGHTS to a readable file, or a folder of <backbone>*.h5."
    try:
        files = sorted(given.glob("*.h5")) if given.is_dir() else [given]
        for file in files:
            with file.open("rb") as opened:
                opened.read(1)
    except OSError as exc:
        return problem("backbones", f"{given} cannot be read: {exc.strerror or exc}", advice)
    if not files:
        return problem("backbones", f"no file *.h5 in {given}", advice)
    return ok("backbones", f"given: {', '.join(file.name for file in files)}")


def _check_remote(name: str, url: str) -> Finding:
    """Write one small object, read it back and delete it: an object store knows no other question."""
    key = f"doctor-{secrets.token_hex(8)}"
    try:
        blobs = Blobs(url)
        blobs.write(key, PROBE)
        same = blobs.read(key) == PROBE
        blobs.delete(key)
    except LenswrightError as exc:
        return problem(name, f"{url} cannot be used: {exc}", "Check LENSWRIGHT_BLOB_URL and its credentials.")
    if not same:
        return problem(name, f"{url} does not give back what was written", "Check the object store.")
    return ok(name, f"{url} can be read and written")
