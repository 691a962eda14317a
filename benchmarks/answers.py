"""Is an answer of the API what it promises? Each check returns what is wrong, or None.

A load test that looks at status codes only would praise a service that answers nonsense quickly.
"""

from collections.abc import Mapping
from typing import Any

PREDICTION_FIELDS = (
    "predicted_class",
    "confidence",
    "prediction_time",
    "timestamp",
    "probabilities",
    "status",
    "model_version",
    "task",
    "request_id",
)
ANSWER_STATUSES = ("accepted", "uncertain", "unknown")
OUTCOMES = ("stored", "duplicate", "refused")
TOLERANCE = 1e-4  # probabilities are float32


def prediction_fault(answer: Any) -> str | None:
    """Return what is wrong with an answer of `POST /predict` that lists all classes."""
    if not isinstance(answer, Mapping):
        return f"expected an object, received {type(answer).__name__}"
    missing = [name for name in PREDICTION_FIELDS if name not in answer]
    if missing:
        return f"lacks {', '.join(missing)}"
    return _probability_fault(answer) or _words_fault(answer)


def _probability_fault(answer: Mapping[str, Any]) -> str | None:
    probabilities, confidence = answer["probabilities"], answer["confidence"]
    if not isinstance(probabilities, Mapping) or not probabilities:
        return f"expected probabilities by class, received {probabilities!r}"
    if answer["predicted_class"] not in probabilities:
        return f"{answer['predicted_class']!r} is none of {list(probabilities)}"
    values = list(probabilities.values())
    if abs(sum(values) - 1) > TOLERANCE:
        return f"the probabilities sum to {sum(values):.6f}"
    if abs(confidence - max(values)) > TOLERANCE or probabilities[answer["predicted_class"]] != max(values):
        return f"the confidence is {confidence}, the largest probability {max(values)}"
    return None


def _words_fault(answer: Mapping[str, Any]) -> str | None:
    if answer["status"] not in ANSWER_STATUSES:
        return f"expected a status of {', '.join(ANSWER_STATUSES)}, received {answer['status']!r}"
    if not answer["model_version"] or not answer["request_id"]:
        return "the model version or the request id is empty"
    if not isinstance(answer["prediction_time"], int | float) or answer["prediction_time"] <= 0:
        return f"expected a prediction time in seconds, received {answer['prediction_time']!r}"
    return None


def status_fault(answer: Any) -> str | None:
    """Return what is wrong with an answer of `GET /status` of a service that has a model."""
    if not isinstance(answer, Mapping):
        return f"expected an object, received {type(answer).__name__}"
    missing = [name for name in ("status", "model_version", "uptime_s", "requests") if name not in answer]
    if missing:
        return f"lacks {', '.join(missing)}"
    if answer["status"] != "ok" or not answer["model_version"]:
        return f"the status is {answer['status']!r} with the model {answer['model_version']!r}"
    return None


def upload_fault(answer: Any, count: int) -> str | None:
    """Return what is wrong with an answer of `POST /upload-data` to `count` photos."""
    results = answer.get("results") if isinstance(answer, Mapping) else None
    if not isinstance(results, list) or len(results) != count:
        return f"expected {count} results, received {results!r}"
    for result in results:
        if result.get("outcome") not in OUTCOMES:
            return f"expected an outcome of {', '.join(OUTCOMES)}, received {result.get('outcome')!r}"
        if result["outcome"] == "stored" and not (result.get("id") and result.get("path")):
            return f"{result.get('filename')!r} is stored without an id or a path"
    if answer.get("refused"):
        return f"a good photo was refused: {results[0].get('reason')}"
    return None
