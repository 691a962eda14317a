"""Every error lenswright raises on purpose, as one tree.

LenswrightError
├── SettingsError                a setting cannot be used
├── ImageError                   bytes that cannot become pixels
│   ├── UnsupportedImage         not one of the formats we read
│   ├── UnreadableImage          the right format, but damaged or empty
│   └── ImageTooLarge            more bytes or pixels than the limits allow
├── MalformedRequest             a request that cannot be understood
├── InputRefused                 a request that is well-formed but unusable
│   ├── UnknownLabel
│   ├── ArchiveRefused           a zip that is damaged, hostile or too large, or a list of labels
│   ├── NotEnoughPhotos          too little data to train on
│   └── NoExplanation            the model carries nothing to explain its answers with
├── NotFound                     no such task, photo, run, version or file
├── Conflict                     true to the request, but not now
│   ├── RunInProgress            one training run at a time per machine
│   └── GateRefused              the gate said no, and nobody overrode it
├── Unavailable                  try again later
│   ├── NoModel                  nothing serves this task yet
│   ├── Overloaded
│   ├── StorageFailure           the disk or the database refused
│   └── ApiAway                  a client cannot reach the API
├── ApiRefused                   the API refused what a client asked
├── BundleRefused                a model bundle that fails its own checks
├── WeightsUnavailable           no usable backbone weights
├── TrainingStopped              somebody asked the run to stop
├── TrainingDiverged             the loss is no longer a number
└── ExportFailed                 the exported model differs from the trained one

Each class builds its own message; `code` is the stable name clients may rely on. The leaves that only the
data set knows are in `dataset.refusals`.
"""

from typing import Any


class LenswrightError(Exception):
    """The base of every error a user may see; `code` is stable, the message is for people."""

    code = "error"


class SettingsError(LenswrightError):
    """A setting that cannot be used; the message names its environment variable."""

    code = "bad_setting"


class ImageError(LenswrightError):
    """Bytes that cannot become pixels."""

    code = "bad_image"


class UnsupportedImage(ImageError):
    """The bytes are not in a format we read."""

    code = "unsupported_image"


class UnreadableImage(ImageError):
    """The format is right, but the content is damaged or empty."""

    code = "unreadable_image"


class ImageTooLarge(ImageError):
    """The photo has more bytes or pixels than the limits allow."""

    code = "image_too_large"


class MalformedRequest(LenswrightError):
    """A request that cannot be understood: a field is missing, or the JSON is none."""

    code = "malformed_request"


class InputRefused(LenswrightError):
    """A request that is well-formed but cannot be used."""

    code = "unusable_input"


class UnknownLabel(InputRefused):
    """A label that the task does not know, or that is no usable name."""

    code = "unknown_label"


class ArchiveRefused(InputRefused):
    """A zip that is damaged, hostile or larger than the limits."""

    code = "archive_refused"


class NotEnoughPhotos(InputRefused):
    """Too few labelled photos, or too few classes, to train and measure a model."""

    code = "not_enough_photos"


class NoExplanation(InputRefused):
    """The model `version` can answer but not explain: its bundle has no head."""

    code = "no_explanation"

    def __init__(self, version: str) -> None:
        super().__init__(
            f"The model {version} cannot explain its answers: its bundle has no head. Train it again."
        )


class NotFound(LenswrightError):
    """No such task, photo, run, version or file."""

    code = "not_found"

    def __init__(self, noun: str, name: object, *, known: str = "") -> None:
        among = f" There are: {known}." if known else ""
        super().__init__(f"There is no {noun} {str(name)!r}.{among}")
        self.noun, self.name = noun, name


class Conflict(LenswrightError):
    """The request is right, but the present state does not allow it."""

    code = "conflict"


class RunInProgress(Conflict):
    """One training run at a time per machine; `run_id` is the one that runs."""

    code = "run_in_progress"

    def __init__(self, run_id: int) -> None:
        super().__init__(f"Training run {run_id} is in progress; wait for it or stop it first.")
        self.run_id = run_id


class GateRefused(Conflict):
    """The gate refused the model `version` for `reason`, and nobody overrode it."""

    code = "gate_refused"

    def __init__(self, version: str, reason: str) -> None:
        super().__init__(
            f"The gate refused {version}. {reason} To let it serve all the same, send"
            ' {"override": true, "reason": "why"}; that is recorded.'
        )


class Unavailable(LenswrightError):
    """Not now: try again after `retry_after_s` seconds."""

    code = "unavailable"
    retry_after_s = 5


class NoModel(Unavailable):
    """No model serves this task: there is none yet, or the champion is refused for `problem`."""

    code = "no_model"

    def __init__(self, task: str, problem: str | None = None) -> None:
        why = f": {problem}" if problem else " yet: upload labelled photos and train."
        super().__init__(f"No model serves the task {task!r}{why}")
        self.task = task


class Overloaded(Unavailable):
    """More requests are waiting than the queue holds."""

    code = "overloaded"
    retry_after_s = 1


class StorageFailure(Unavailable):
    """The disk or the database refused; nothing was acknowledged."""

    code = "storage_failure"


class ApiAway(Unavailable):
    """A client got no answer from the API: it is not running, unreachable or too slow."""

    code = "api_away"


class ApiRefused(LenswrightError):
    """The API answered with a problem; `status` and `code` are the API's own, the message its detail."""

    code = "api_refused"

    def __init__(self, detail: str, *, status: int, code: str, request_id: str | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.request_id = status, code, request_id

    @classmethod
    def from_answer(cls, url: str, status: int, body: Any) -> "ApiRefused":
        """Return the problem detail in `body`, which may be anything, that the API at `url` answered."""
        problem = body if isinstance(body, dict) else {}
        detail = problem.get("detail") or problem.get("title")
        return cls(
            str(detail or f"The API at {url} answered with status {status}."),
            status=status,
            code=str(problem.get("code", "problem")),
            request_id=problem.get("request_id"),
        )


class BundleRefused(LenswrightError):
    """A model bundle that is damaged or does not reproduce its own golden answers."""

    code = "bundle_refused"


class WeightsUnavailable(LenswrightError):
    """No usable backbone weights: no file, no download, no bundled backbone."""

    code = "weights_unavailable"


class TrainingStopped(LenswrightError):
    """Somebody asked this run to stop."""

    code = "training_stopped"


class TrainingDiverged(LenswrightError):
    """The loss is no longer a number."""

    code = "training_diverged"

    def __init__(self, epoch: int, learning_rate: float) -> None:
        super().__init__(
            f"The loss became infinite or undefined in epoch {epoch} at a learning rate of "
            f"{learning_rate:.2g}. Train again with a lower one."
        )


class ExportFailed(LenswrightError):
    """The exported model does not answer as the trained one does."""

    code = "export_failed"
