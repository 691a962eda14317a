"""`POST /predict/batch`: many photos in, their classes out, in order, all by one version.

The answer is a list and not a stream: its status says whether anything was answered, which is known at the
end only, and the few hundred bytes of an answer make 5,000 of them a matter of megabytes.
"""

import time
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g

from lenswright.access.roles import Role
from lenswright.web.answering import answering_for
from lenswright.web.batch_photos import HOW_TO_SEND_PHOTOS, ZIP_KINDS, read_photos, refuse_many, sent_files
from lenswright.web.batch_report import answer_photos
from lenswright.web.openapi import binary, multipart, operation
from lenswright.web.problems import problem
from lenswright.web.schemas.prediction import PredictBatchAnswer, PredictBatchQuery
from lenswright.web.services import services
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("prediction_batch", __name__, tag="predict")

_FILES = {"type": "array", "items": binary("photos, or zips of them; aliases: image, files[], file")}
_PHOTOS = {
    "required": True,
    "content": {
        "multipart/form-data": multipart({"images": _FILES}, ("images",)),
        **{
            kind: {"schema": binary("a zip of photos")} for kind in (ZIP_KINDS[0], "application/octet-stream")
        },
    },
}


@blueprint.post("/predict/batch")
@blueprint.doc(
    **operation(
        "Classify many photos",
        PredictBatchAnswer,
        least=Role.VIEWER,
        problems=(400, 413, 415, 422),
        body=_PHOTOS,
        description=f"Send {HOW_TO_SEND_PHOTOS}. Each photo is answered as by `/predict`, in the order sent,"
        " or has an `error`, which stops no other; one version answers all, whatever is promoted"
        " meanwhile. Single predictions are answered in between. 422: every photo was refused. The batch is"
        " one request in the log, each photo a prediction in `/status` and `/metrics`. Its photos are not"
        " kept for review: `/feedback` on one of them needs the photo.",
    )
)
@blueprint.input(PredictBatchQuery, location="query", arg_name="query")
def predict_batch(query: PredictBatchQuery) -> Response | dict[str, Any]:
    here, task = services(), task_of(query.task)
    files = sent_files()
    refuse_many(files, here.settings.max_files, here.archive_limits)
    answering = answering_for(task)
    began = time.perf_counter()
    report = answer_photos(here, answering, read_photos(files, here.archive_limits), query.top_k)
    answer = {
        "task": task,
        "model_version": answering.version,
        "count": len(report.entries),
        "errors": len(report.errors),
        "predictions": report.entries,
        "prediction_time": round(time.perf_counter() - began, 6),
        "request_id": g.request_id,
    }
    if len(report.errors) < len(report.entries):
        return answer
    del answer["request_id"]  # a problem document has it
    return problem(422, report.refusal_code, report.refusal, **answer)
