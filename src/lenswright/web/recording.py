"""How a request was answered, for the window, the request log and Prometheus."""

from typing import Any

from flask import Response, g, request

from lenswright.inference.prediction import Prediction
from lenswright.monitoring.answered import Answered
from lenswright.web.services import services


def record(response: Response, duration_s: float) -> None:
    """Note the answer to the present request; `g.prediction` tells what a prediction said.

    `g.answering` is the version that was asked, whether or not it could answer. A batch is one request;
    `record_photo` notes its photos.
    """
    here = services()
    prediction, answering = g.get("prediction"), g.get("answering")
    said: dict[str, Any] = {}
    if prediction is not None:
        said = _said(prediction)
        _time_phases(prediction)
    elif answering is not None:
        said = {"task": answering.task, "version": answering.version}
    answered = _answered(response.status_code, duration_s * 1000, said)
    here.window.add(answered)
    here.request_log.add(answered)
    here.request_counts.count(answered, _path())


def record_photo(prediction: Prediction, total_s: float) -> None:
    """Note the answer to one photo of a batch: it counts as a prediction, but is no request of its own."""
    here = services()
    answered = _answered(200, total_s * 1000, _said(prediction))
    _time_phases(prediction)
    here.window.add_prediction(answered)
    here.request_counts.count_prediction(answered)


def _answered(status_code: int, duration_ms: float, said: dict[str, Any]) -> Answered:
    return Answered(
        request_id=g.request_id,
        at=services().clock(),
        method_path=f"{request.method} {_path()}",
        status_code=status_code,
        duration_ms=duration_ms,
        **said,
    )


def _path() -> str:
    return request.url_rule.rule if request.url_rule else "(unknown)"


def _said(prediction: Prediction) -> dict[str, Any]:
    return {
        "task": prediction.task,
        "version": prediction.version,
        "predicted_class": prediction.predicted_class,
        "confidence": prediction.confidence,
        "answer_status": prediction.status,
        "distance": prediction.distance,
    }


def _time_phases(prediction: Prediction) -> None:
    if not prediction.cached:  # else nothing was decoded or inferred
        counts = services().request_counts
        counts.time_phases(prediction.decode_ms, prediction.queue_ms, prediction.inference_ms)
