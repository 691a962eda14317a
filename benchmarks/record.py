"""What a benchmark leaves: a table on the terminal, a JSON file with the machine beside the numbers."""

import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnxruntime

from lenswright import __version__
from lenswright.cpus import cpu_count

RESULTS = Path(__file__).resolve().parent / "results"


def machine() -> dict[str, Any]:
    """Return what the numbers depend on, the load of others included."""
    return {
        "lenswright": __version__,
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "cpus": cpu_count(),
        "platform": platform.platform(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def save(name: str, record: Mapping[str, Any]) -> Path:
    """Write `record` to `results/<name>-<time>.json` and return the file."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.write_text(json.dumps(record, indent=2) + "\n")
    return file


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as text in columns; the keys of the first are the heads."""
    heads = list(rows[0])
    cells = [heads, *([_shown(row.get(head)) for head in heads] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    return "\n".join(line.rstrip() for line in lines)


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return (
        f"{value:.4g}"
        if isinstance(value, float) and abs(value) < 100
        else f"{value:.0f}"
        if isinstance(value, float)
        else str(value)
    )
