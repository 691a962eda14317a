from dataclasses import replace
from pathlib import Path

import numpy as np

from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from lenswright.training.answers import ANSWERS, Answers, answers_of, stored_answers
from tests.models import tiny_bundle

RED, BLUE = "aa" * 32, "bb" * 32
ROWS = np.array([[0.9, 0.1], [0.25, 0.75]], np.float32)


def written(folder: Path, content: bytes, **changes: str) -> tuple[Bundles, object]:
    bundles, bundle = Bundles(Blobs(str(folder))), tiny_bundle()
    manifest = replace(bundle.manifest, **changes)
    return bundles, bundles.write(manifest, {"model.onnx": bundle.onnx, ANSWERS: content})


def test_answers_come_back_as_they_were_given(tmp_path: Path) -> None:
    from lenswright import __version__

    bundles, manifest = written(tmp_path, answers_of([RED, BLUE], ROWS).to_bytes(), code_version=__version__)
    found = stored_answers(bundles, manifest).by_pixels
    assert list(found) == [RED, BLUE]
    assert np.array_equal(found[BLUE], ROWS[1])


def test_answers_of_another_version_of_the_code_are_not_trusted(tmp_path: Path) -> None:
    bundles, manifest = written(tmp_path, answers_of([RED, BLUE], ROWS).to_bytes(), code_version="0.0.0")
    assert stored_answers(bundles, manifest) == Answers({})


def test_damaged_answers_are_no_answers(tmp_path: Path) -> None:
    from lenswright import __version__

    bundles, manifest = written(tmp_path, b"no archive", code_version=__version__)
    assert stored_answers(bundles, manifest) == Answers({})
