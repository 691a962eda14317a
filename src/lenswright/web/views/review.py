"""Feedback on predictions, and the queue of what a person should look at."""

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from lenswright.access.roles import Role
from lenswright.dataset.review_decisions import decide, task_of_item
from lenswright.dataset.review_queue import review_page
from lenswright.web.actor import actor
from lenswright.web.openapi import binary, json_body, multipart, operation
from lenswright.web.paging import paged
from lenswright.web.review_bodies import decision_of_body, feedback_of_body
from lenswright.web.review_report import known_classes, receipt, review_entry
from lenswright.web.schemas.base import OwnTaskQuery, TaskQuery
from lenswright.web.schemas.review import (
    DecidedAnswer,
    DecisionBody,
    FeedbackAnswer,
    FeedbackBody,
    ReviewAnswer,
    ReviewQuery,
)
from lenswright.web.services import services
from lenswright.web.tasks import named_task, task_of

blueprint = APIBlueprint("review", __name__, tag="photos")

_TEXT = {"type": "string"}
_FORM = {"image": binary("the photo; alias: file"), "label": _TEXT, "request_id": _TEXT, "task": _TEXT,
         "allow_new_label": {"type": "boolean"}}  # fmt: skip
_TRUTH = {
    "required": True,
    "content": {
        "multipart/form-data": multipart(_FORM, ("label",)),
        **json_body(FeedbackBody, {"request_id": "0123456789abcdef", "label": "cat"})["content"],
    },
}


@blueprint.post("/feedback")
@blueprint.doc(
    **operation(
        "Say what a photo really showed",
        FeedbackAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 413, 415, 422),
        body=_TRUTH,
        description="By the request id of the prediction if its photo was kept, else with the photo in a"
        " form. A label that agrees with the prediction is taken as it is; another one waits in the review"
        " queue. A second one on the same prediction takes the place of the first.",
    )
)
@blueprint.input(TaskQuery, location="query", arg_name="query")
def feedback(query: TaskQuery) -> dict[str, Any]:
    here, said = services(), feedback_of_body(task_of, query.task)
    if said.request_id is not None:  # what was answered a moment ago may wait to be written
        here.kept_photos.settle(said.request_id)
        here.request_log.settle()
    return receipt(here.feedback.take(said, by=actor(), classes=known_classes(here, said.task)))


@blueprint.get("/review")
@blueprint.doc(
    **operation(
        "What a person should look at, the most rewarding first",
        ReviewAnswer,
        least=Role.VIEWER,
        problems=(400, 422),
        description="Corrections first, then unsure and unknown predictions and labels that the last check"
        " doubts, by how much is to be learnt from them.",
    )
)
@blueprint.input(ReviewQuery, location="query", arg_name="query")
def review(query: ReviewQuery) -> dict[str, Any]:
    total, items = review_page(services().database, task_of(query.task), query.wanted, kind=query.kind)
    return paged(query.wanted, total, "items", [review_entry(item) for item in items])


@blueprint.post("/review/<item_id>")
@blueprint.doc(
    **operation(
        "Decide what is to be done with a photo of the queue",
        DecidedAnswer,
        least=Role.LABELLER,
        problems=(400, 404, 409, 422),
        body=json_body(DecisionBody, {"label": "cat"}),
        description="`label` gives the photo that label, so that the next run learns from it; `drop` puts it"
        " into the bin; `confirm` says that its label is right. Undoing the edit brings the label or the"
        " photo back, not the item.",
    )
)
@blueprint.input(OwnTaskQuery, location="query", arg_name="query")
def decide_review(item_id: str, query: OwnTaskQuery) -> dict[str, Any]:
    here, (decision, named) = services(), decision_of_body()
    task = task_of_item(here.database, item_id, expected=named_task(query.task, named))
    classes = known_classes(here, task)
    done = decide(here.database, item_id, decision, by=actor(), classes=classes, clock=here.clock)
    return {"id": item_id} | asdict(done)
