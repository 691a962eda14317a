"""The notebook is the script it is paired with, comes without outputs, and does what it tells."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")

FOLDER = Path(__file__).resolve().parents[2] / "notebook"
NOTEBOOK, SCRIPT = FOLDER / "ml_pipeline.ipynb", FOLDER / "ml_pipeline.py"

# What a reader would look at, as JSON on the last line
FACTS = """
import json
facts = {
    "stored": int((results.outcome == "stored").sum()),
    "verdict": outcome.result["verdict"]["promote"],
    "metrics": report["metrics"],
    "split_of_explained": chosen.split,
    "explained": prediction.predicted_class,
    "overlay_px": heat.shape,
    "files": sorted(sizes),
    "version": outcome.version,
    "answer": {name: answer[name] for name in ("predicted_class", "model_version", "task", "confidence")},
    "heatmap": len(answer["explanation"]["heatmap_png_base64"]),
    "stopped_with": ended,
    "home_is_gone": not home.exists(),
}
print(json.dumps(facts))
"""


def cells(notebook: Any) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_the_notebook_and_its_script_are_the_same() -> None:
    assert cells(jupytext.read(NOTEBOOK)) == cells(jupytext.read(SCRIPT))


def test_each_is_paired_with_the_other() -> None:
    pairing = {file: jupytext.read(file).metadata["jupytext"]["formats"] for file in (NOTEBOOK, SCRIPT)}
    assert pairing == dict.fromkeys((NOTEBOOK, SCRIPT), "ipynb,py:percent")


def test_the_notebook_is_stored_without_outputs() -> None:
    code = [cell for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the kernel's client
def test_the_notebook_takes_photos_to_answers_of_a_running_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    for name in [name for name in os.environ if name.startswith("LENSWRIGHT_")]:
        monkeypatch.delenv(name)
    notebook = nbformat.read(NOTEBOOK, 4)
    notebook.cells.append(nbformat.v4.new_code_cell(FACTS))
    place = {"metadata": {"path": str(FOLDER)}}
    nbclient.NotebookClient(notebook, timeout=180, kernel_name="python3", resources=place).execute()

    facts = json.loads(notebook.cells[-1].outputs[-1].text)
    assert facts["stored"] == 120
    assert facts["verdict"] is True
    assert facts["metrics"]["test_photos"] == 12
    assert facts["metrics"]["accuracy"] >= 10 / 12
    assert facts["split_of_explained"] == "test"
    assert facts["explained"] in ("circle", "square")
    assert facts["overlay_px"] == [128, 128, 3]
    assert {"model.onnx", "model.keras", "report.json", "MODEL_CARD.md", "manifest.json"} <= {*facts["files"]}
    assert facts["answer"]["model_version"] == facts["version"]
    assert (facts["answer"]["task"], facts["answer"]["predicted_class"]) == ("notebook", facts["explained"])
    assert facts["answer"]["confidence"] > 0.5
    assert facts["heatmap"] > 1000
    assert (facts["stopped_with"], facts["home_is_gone"]) == (0, True)
