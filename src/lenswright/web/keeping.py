"""Photos of predictions on their way to the review queue."""

from flask import g

from lenswright.dataset.kept_photos import PredictedPhoto
from lenswright.inference.prediction import Prediction
from lenswright.web.services import Services


def keep_photo(here: Services, data: bytes, prediction: Prediction) -> None:
    """Keep the photo of the present request, if the settings ask for it; never waits and never fails."""
    if not here.kept_photos.wants(prediction.status):
        return
    here.kept_photos.add(
        PredictedPhoto(
            data=data,
            request_id=g.request_id,
            task=prediction.task,
            version=prediction.version,
            predicted_class=prediction.predicted_class,
            confidence=prediction.confidence,
            status=prediction.status,
            uncertainty=prediction.uncertainty,
            novelty=prediction.novelty,
            at=here.clock(),
        )
    )
