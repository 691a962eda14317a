"""One answered request, as the window, the request log and Prometheus take it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answered:
    """One answered request; `at` in epoch seconds. The last six are None unless it was a prediction."""

    request_id: str
    at: float
    method_path: str
    status_code: int
    duration_ms: float
    task: str | None = None
    version: str | None = None
    predicted_class: str | None = None
    confidence: float | None = None
    answer_status: str | None = None
    distance: float | None = None

    @property
    def is_prediction(self) -> bool:
        return self.predicted_class is not None

    @property
    def is_error(self) -> bool:
        """Whether the service failed; a client's mistake (4xx) is none of it."""
        return self.status_code >= 500
