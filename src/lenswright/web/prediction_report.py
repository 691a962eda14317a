"""A prediction as the API answers it."""

from typing import Any

from flask import g

from lenswright.inference.prediction import Prediction
from lenswright.web.times import iso


def prediction_entry(prediction: Prediction, total_s: float, now: float) -> dict[str, Any]:
    """Return the answer to one photo, which took `total_s` and is ready `now`, in epoch seconds."""
    entry = {
        "predicted_class": prediction.predicted_class,
        "confidence": prediction.confidence,
        "prediction_time": round(total_s, 6),
        "timestamp": iso(now),
        "probabilities": dict(prediction.probabilities),
        "status": prediction.status,
        "model_version": prediction.version,
        "task": prediction.task,
        "request_id": g.request_id,
        "timing_ms": {
            "decode": round(prediction.decode_ms, 3),
            "inference": round(prediction.inference_ms, 3),
            "total": round(total_s * 1000, 3),
        },
    }
    return entry | {"cached": True} if prediction.cached else entry
