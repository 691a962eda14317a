"""What the stand-in API says of drift: more of the last class than in the test, and less sure of it."""

import time
from typing import Any

from tests.dashboard import fake_data as made

Json = dict[str, Any]
EDGES = (0.0, 0.72, 0.87, 0.94, 0.97, 0.985, 0.992, 0.996, 0.999, 1.0)
SEEN = (0.17, 0.15, 0.14, 0.13, 0.11, 0.10, 0.08, 0.06, 0.06)


def made_drift(classes: list[str], task: str, version: str | None, traffic: bool) -> Json:
    """Return what `/drift` answers for a version that was tested on `classes`."""
    told: Json = {
        "task": task, "version": version, "verdict": "no_model", "summary": "No model answers.", "note": None,
        "advice": None, "photos": 0, "least_photos": 200, "since": None, "until": None, "reference": None,
        "class_mix": None, "confidence": None, "distance": None, "classes": [], "confidence_bins": [],
    }  # fmt: skip
    if version is None:
        return told
    told |= {"reference": {"split": "validation", "photos": 320}}
    if not traffic:
        few = "12 photos were classified one by one by this version so far; from 200 on they are held against"
        summary = f"{few} the photos it was tested on."
        return told | {"verdict": "not_enough_traffic", "summary": summary, "photos": 12}
    expected = 1 / len(classes)
    rows = [{"name": name, "expected": expected, "seen": expected * 0.8} for name in classes]
    rows[-1]["seen"] = 1 - sum(row["seen"] for row in rows[:-1])
    bins = zip(EDGES, EDGES[1:], SEEN, strict=False)
    now = time.time()
    return told | {
        "verdict": "shifted",
        "summary": "Recent photos look somewhat different from what the model was tested on: it is less sure"
        " of its answers.",
        "note": f"{classes[-1]} is answered more often than in the test. A different mix alone does no harm.",
        "advice": "Look at recent photos, above all at those it was unsure of, label them and train again.",
        "photos": 2_000,
        "since": made.iso(now - 7_200),
        "until": made.iso(now),
        "class_mix": _measure("psi", 0.04, 0.25),
        "confidence": _measure("psi", 0.13, 0.25),
        "distance": _measure("ks", 0.06, 0.2),
        "classes": rows,
        "confidence_bins": [
            {"low": low, "high": high, "expected": 1 / len(SEEN), "seen": seen} for low, high, seen in bins
        ],
    }


def _measure(statistic: str, value: float, drifted_from: float) -> Json:
    level = "shifted" if value >= 0.1 else "same"
    limits = {"shifted_from": 0.1, "drifted_from": drifted_from}
    return {"statistic": statistic, "value": value, **limits, "level": level}
