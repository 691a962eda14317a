"""`create_app`: the WSGI app over the services it is given."""

from apiflask import APIFlask

from lenswright.settings import Settings
from lenswright.web.auditing import register_auditing
from lenswright.web.caller import admit, identify
from lenswright.web.form_parser import MOST_TEXT_FIELDS
from lenswright.web.guarding import register_guard
from lenswright.web.lifecycle import register_lifecycle
from lenswright.web.limiting import register_limits
from lenswright.web.multipart import UploadRequest
from lenswright.web.openapi import configure_openapi
from lenswright.web.problems import register_problems
from lenswright.web.services import Services, build_services, register_services
from lenswright.web.views import (
    audit,
    batches,
    checks,
    dataset,
    drift,
    edits,
    export,
    fusion,
    health,
    keys,
    metrics,
    models,
    pages,
    prediction,
    prediction_batch,
    review,
    runs,
    snapshots,
    status,
    training,
    upload,
)

VIEWS = (
    health,
    status,
    drift,
    prediction,
    prediction_batch,
    upload,
    batches,
    review,
    training,
    runs,
    models,
    dataset,
    edits,
    fusion,
    export,
    checks,
    snapshots,
    metrics,
    keys,
    audit,
    pages,
)


def create_app(settings: Settings, services: Services | None = None) -> APIFlask:
    """Return the app. It owns nothing: whoever made the services starts and closes them."""
    app = APIFlask("lenswright.web", title="lenswright", docs_path=None, json_errors=False)
    app.request_class = UploadRequest
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_PARTS=settings.max_files + MOST_TEXT_FIELDS,
        MAX_FORM_MEMORY_SIZE=settings.max_form_text_bytes,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined] # probabilities stay ranked
    app.json.compact = True  # type: ignore[attr-defined]
    configure_openapi(app)
    register_services(app, services or build_services(settings))
    register_problems(app)
    register_lifecycle(app, settings)
    register_guard(app, settings)
    app.before_request(identify)
    register_limits(app, settings)
    app.before_request(admit)
    register_auditing(app)
    for view in VIEWS:
        app.register_blueprint(view.blueprint)
    return app
