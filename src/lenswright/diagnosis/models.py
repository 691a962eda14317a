"""Whether every model that serves, or ships with lenswright, is whole and answers as when it was made."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lenswright.diagnosis.drawn_photos import draw_photo
from lenswright.diagnosis.finding import Finding, ok, problem, warning
from lenswright.errors import LenswrightError
from lenswright.inference.classifier import Classifier
from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs

WAY_OUT = "Promote another version, restore models/ from a back-up, or train again."

Clock = Callable[[], float]


def check_champions(
    bundles: Bundles, champions: Mapping[str, str], clock: Clock = time.perf_counter
) -> list[Finding]:
    """Return one finding for the champion of each task; `clock` counts seconds."""
    if not champions:
        advice = "Start lenswright with a bundled model, or train one."
        return [warning("models", "no model serves any task yet", advice)]
    return [_check(f"model of {task}", bundles, task, champions[task], clock) for task in sorted(champions)]


def check_bundled(folder: Path | None, clock: Clock = time.perf_counter) -> list[Finding]:
    """Return one finding for each model that ships with lenswright in `folder`."""
    if folder is None:
        advice = "Set LENSWRIGHT_BUNDLED_MODELS to a folder of them, or train a model."
        return [warning("bundled model", "none is named", advice)]
    bundles = Bundles(Blobs(str(folder.resolve())))
    found = bundles.found()
    if not found:
        advice = "Check LENSWRIGHT_BUNDLED_MODELS, or train a model."
        return [warning("bundled model", f"none in {folder}", advice)]
    return [_check("bundled model", bundles, task, version, clock) for task, version in found]


def _check(name: str, bundles: Bundles, task: str, version: str, clock: Clock) -> Finding:
    """Load it, prove it by its golden answers, and ask it for one photo."""
    began = clock()
    try:
        classifier = Classifier(bundles.load(task, version))
        classifier.verify_golden()
        proven = clock()
        classifier.classify(draw_photo(0))
        asked = clock()
    except LenswrightError as exc:
        return problem(name, str(exc), WAY_OUT)
    said = (
        f"{version}: checksums and golden answers are right; loaded in {proven - began:.2f} s,"
        f" a photo takes {(asked - proven) * 1e3:.0f} ms"
    )
    if classifier.network != classifier.manifest.network:
        twin = classifier.manifest.network
        advice = f"Nothing to do: answers are right but slower, as this CPU computes {twin} otherwise."
        return warning(name, f"{said}; {classifier.network} serves instead of {twin}", advice)
    return ok(name, said)
