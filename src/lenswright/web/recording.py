"""How a request was answered, for the window, the request log and Prometheus."""

from flask import Response, g, request

from lenswright.monitoring.answered import Answered
from lenswright.web.services import services


def record(response: Response, duration_s: float) -> None:
    """Note the answer to the present request; `g.prediction` tells what a prediction said."""
    here = services()
    path = request.url_rule.rule if request.url_rule else "(unknown)"
    prediction = g.get("prediction")
    said = {}
    if prediction is not None:
        said = {
            "task": prediction.task,
            "version": prediction.version,
            "predicted_class": prediction.predicted_class,
            "confidence": prediction.confidence,
            "answer_status": prediction.status,
        }
        here.metrics.time_phases(prediction.decode_ms, prediction.inference_ms)
    answered = Answered(
        request_id=g.request_id,
        at=here.clock(),
        method_path=f"{request.method} {path}",
        status_code=response.status_code,
        duration_ms=duration_s * 1000,
        **said,
    )
    here.window.add(answered)
    here.request_log.add(answered)
    here.metrics.count(answered, path)
