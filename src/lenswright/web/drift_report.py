"""What is known of drift as JSON, with the sentences that people read."""

from dataclasses import asdict
from itertools import pairwise
from typing import Any

from lenswright.monitoring.drift import LEAST_PHOTOS, Drift, Shares
from lenswright.monitoring.drift_measures import Measure
from lenswright.web.services import Services
from lenswright.web.times import iso_or_none

NOTHING_TO_SAY = {
    "no_model": "No model answers, so there is no traffic to look at.",
    "no_reference": "This version came without enough answers to photos it was tested on: there is nothing"
    " to hold traffic against. A version trained here has them.",
}
ADVICE = (
    "Look at recent photos, above all at those it was unsure of: keep them with"
    " LENSWRIGHT_KEEP_PREDICTED_PHOTOS=unsure, label them under Data, and train again."
)


def drift_report(here: Services, task: str, *, max_age_s: float | None = None) -> dict[str, Any]:
    """Return what `/drift` answers, at most `max_age_s` old."""
    classifier = here.live.current(task)
    version = None if classifier is None else classifier.manifest.version
    if max_age_s is None:
        return drift_entry(here.drift.look(task, version), task)
    here.request_log.settle()
    return drift_entry(here.drift.look(task, version, max_age_s=max_age_s), task)


def drift_entry(drift: Drift, task: str) -> dict[str, Any]:
    """Return a comparison as JSON."""
    measures = {measure.name: _measure(measure) for measure in drift.measures}
    return {
        "task": task,
        "version": drift.version,
        "verdict": drift.verdict,
        "summary": _summary(drift),
        "note": _class_note(drift),
        "advice": ADVICE if drift.verdict in ("shifted", "drifted") else None,
        "photos": drift.photos,
        "least_photos": LEAST_PHOTOS,
        "since": iso_or_none(drift.since),
        "until": iso_or_none(drift.until),
        "reference": drift.split and {"split": drift.split, "photos": drift.expected_photos},
        "class_mix": drift.class_mix and _measure(drift.class_mix),
        "confidence": measures.get("confidence"),
        "distance": measures.get("distance"),
        "classes": _classes(drift),
        "confidence_bins": _bins(drift),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    numbers = {name: round(value, 4) for name, value in asdict(measure).items() if isinstance(value, float)}
    return {"statistic": measure.statistic, **numbers, "level": measure.level}


def _classes(drift: Drift) -> list[dict[str, Any]]:
    return [{"name": name, **pair} for name, pair in zip(drift.names, _pairs(drift.classes), strict=True)]


def _bins(drift: Drift) -> list[dict[str, Any]]:
    edges, pairs = pairwise(drift.edges), _pairs(drift.confidence)
    return [{"low": low, "high": high, **pair} for (low, high), pair in zip(edges, pairs, strict=True)]


def _pairs(shares: Shares | None) -> list[dict[str, float]]:
    if shares is None:
        return []
    both = zip(shares.expected, shares.seen, strict=True)
    return [{"expected": round(expected, 4), "seen": round(seen, 4)} for expected, seen in both]


def _summary(drift: Drift) -> str:
    if drift.verdict in NOTHING_TO_SAY:
        return NOTHING_TO_SAY[drift.verdict]
    if drift.verdict == "not_enough_traffic":
        photos = "1 photo was" if drift.photos == 1 else f"{drift.photos} photos were"
        return (
            f"{photos} classified one by one by this version so far; from {LEAST_PHOTOS} on they are held"
            " against the photos it was tested on."
        )
    if drift.verdict == "same":
        return "Recent photos look like those the model was tested on."
    somewhat = "somewhat " if drift.verdict == "shifted" else ""
    why = " and ".join(_why(measure) for measure in drift.measures if measure.level != "same")
    return f"Recent photos look {somewhat}different from what the model was tested on: {why}."


def _why(measure: Measure) -> str:
    if measure.name == "distance":
        where = "farther from" if measure.rises else "nearer to"
        return f"they are {where} the photos it learnt from"
    return f"it is {'surer' if measure.rises else 'less sure'} of its answers"


def _class_note(drift: Drift) -> str | None:
    """Return which class comes more often than expected, if the mix differs; by itself that is no drift."""
    if drift.classes is None or drift.class_mix is None or drift.class_mix.level == "same":
        return None
    rows = zip(drift.names, drift.classes.expected, drift.classes.seen, strict=True)
    name, expected, seen = max(rows, key=lambda row: row[2] - row[1])
    return (
        f"{name} is answered more often than in the test: {seen * 100:.0f} % instead of"
        f" {expected * 100:.0f} %. A different mix alone does no harm."
    )
