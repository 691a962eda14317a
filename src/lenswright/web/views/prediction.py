"""`POST /predict`: one photo in, its class out."""

import base64
import time
from typing import Any

from apiflask import APIBlueprint
from flask import g

from lenswright.access.roles import Role
from lenswright.inference.explain import Explanation
from lenswright.web.answering import answering_for
from lenswright.web.bodies import photo_bytes
from lenswright.web.keeping import keep_photo
from lenswright.web.openapi import binary, json_body, multipart, operation
from lenswright.web.prediction_report import prediction_entry
from lenswright.web.schemas.prediction import PredictionAnswer, PredictJson, PredictQuery
from lenswright.web.services import services
from lenswright.web.tasks import task_of

blueprint = APIBlueprint("prediction", __name__, tag="predict")

_PHOTO = {
    "required": True,
    "content": {
        "multipart/form-data": multipart({"image": binary("the photo; alias: file")}, ("image",)),
        "image/*": {"schema": binary()},
        "application/octet-stream": {"schema": binary()},
        **json_body(PredictJson)["content"],
    },
}


@blueprint.post("/predict")
@blueprint.doc(
    **operation(
        "Classify one photo",
        PredictionAnswer,
        least=Role.VIEWER,
        problems=(400, 413, 415, 422),
        body=_PHOTO,
        description="JPEG, PNG, WebP, GIF (first frame), BMP or TIFF. `status` is `uncertain` when the"
        " confidence is low, `unknown` when the photo looks like none of the classes. `explain=true` adds"
        " a picture of what spoke for the class; 422 `no_explanation` if the model cannot say.",
    )
)
@blueprint.input(PredictQuery, location="query", arg_name="query")
def predict(query: PredictQuery) -> dict[str, Any]:
    here = services()
    data, task = photo_bytes(), task_of(query.task)
    began, answering = time.perf_counter(), answering_for(task)
    if query.explain:
        explanation = here.live.explain(
            task, data, limits=here.limits, top_k=query.top_k, class_name=query.explain_class
        )
        prediction, more = explanation.prediction, {"explanation": _explanation(explanation)}
    else:
        prediction, more = answering.classify(data, limits=here.limits, top_k=query.top_k), {}
    g.prediction = prediction
    keep_photo(here, data, prediction)
    return prediction_entry(prediction, time.perf_counter() - began, here.clock()) | more


def _explanation(explanation: Explanation) -> dict[str, Any]:
    picture = base64.b64encode(explanation.overlay_png).decode()
    return {"class": explanation.class_name, "heatmap_png_base64": picture, "url": None}
