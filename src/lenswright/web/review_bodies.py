"""What feedback and decisions are sent as; nothing here trusts what came."""

from collections.abc import Callable
from typing import Any

from flask import request

from lenswright.dataset.feedback import Feedback
from lenswright.dataset.refusals import UnknownPrediction
from lenswright.dataset.review_decisions import Decision
from lenswright.errors import MalformedRequest
from lenswright.web.bodies import (
    PHOTO_FIELDS,
    flag_field,
    json_object,
    photo_bytes,
    refuse_unknown,
    text_field,
)
from lenswright.web.lifecycle import SANE_ID
from lenswright.web.schemas.review import DecisionBody, FeedbackBody

TRUE, FALSE = ("true", "1", "on", "yes"), ("false", "0", "off", "no", "")


def feedback_of_body(task_of: Callable[[str | None], str], task_in_query: str) -> Feedback:
    """Return the feedback of the present request, from JSON or from a form with or without a photo.

    Raises MalformedRequest without a label, and without both a request id and a photo; UnknownPrediction
    for a request id that no request can have had.
    """
    is_form = request.mimetype == "multipart/form-data"
    has_photo = is_form and any(field in request.files or field in request.form for field in PHOTO_FIELDS)
    said = _form() if is_form else json_object(FeedbackBody.model_fields)
    label, request_id = text_field(said, "label"), text_field(said, "request_id") or None
    if not label:
        raise MalformedRequest("Expected what the photo shows in 'label'. Received: none.")
    if request_id is None and not has_photo:
        raise MalformedRequest(
            "Expected the 'request_id' of a prediction, or the photo in the field 'image' of a form."
            " Received: neither."
        )
    task = task_of(text_field(said, "task") or task_in_query)
    if request_id is not None and not SANE_ID.fullmatch(request_id):
        raise UnknownPrediction(request_id[:100], task)
    return Feedback(
        task=task,
        label=label,
        request_id=request_id,
        photo=photo_bytes() if has_photo else None,
        filename=_filename(),
        allow_new_label=flag_field(said, "allow_new_label"),
    )


def decision_of_body() -> tuple[Decision, str | None]:
    """Return the decision of the present request, and the task that it names.

    Raises MalformedRequest unless it is exactly one decision, and for members that are none of it.
    """
    body = json_object(DecisionBody.model_fields)
    label, drop, confirm = text_field(body, "label"), flag_field(body, "drop"), flag_field(body, "confirm")
    if (label is not None) + drop + confirm != 1:
        received = ", ".join(sorted(body)[:10])[:200] or "nothing"
        raise MalformedRequest(
            'Expected one of {"label": "..."}, {"drop": true} and {"confirm": true}.'
            f" Received: {received}."
        )
    decision = Decision(
        label, drop=drop, confirm=confirm, allow_new_label=flag_field(body, "allow_new_label")
    )
    return decision, text_field(body, "task")


def _form() -> dict[str, Any]:
    refuse_unknown([*request.form, *request.files], (*FeedbackBody.model_fields, *PHOTO_FIELDS))
    said: dict[str, Any] = {
        name: request.form[name] for name in FeedbackBody.model_fields if name in request.form
    }
    flag = str(said.get("allow_new_label", "")).strip().lower()
    if flag in (*TRUE, *FALSE):
        said["allow_new_label"] = flag in TRUE
    return said


def _filename() -> str:
    sent = (request.files.get(field) for field in PHOTO_FIELDS)
    return next((file.filename for file in sent if file is not None and file.filename), "")
