"""Pages for people: what the service is, and the interface to try out. Nothing from other hosts."""

from apiflask import APIBlueprint
from flask import Response, abort, render_template, request, send_from_directory

from lenswright import __version__
from lenswright.web.examples import GROUPS
from lenswright.web.least_role import OPEN_TO_ALL
from lenswright.web.services import services
from lenswright.web.status_report import live_model_entry

blueprint = APIBlueprint("pages", __name__, enable_openapi=False)

DOCS_ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js")


@blueprint.get("/")
@blueprint.doc(**OPEN_TO_ALL)
def home() -> str:
    """Say what is here and how to use it; where keys are needed, nothing of the model."""
    here = services()
    task = here.settings.default_task
    model = None if here.keys_needed else live_model_entry(here, task)
    return render_template(
        "home.html",
        version=__version__,
        task=task,
        keys_needed=here.keys_needed,
        model=model,
        problem=here.live.problem(task),
        groups=GROUPS,
        base_url=request.host_url.rstrip("/"),
        dashboard_url=f"http://{request.host.partition(':')[0]}:{here.settings.dashboard_port}",
    )


@blueprint.get("/docs")
@blueprint.doc(**OPEN_TO_ALL)
def docs() -> str:
    """Show the interface, ready to be tried."""
    return render_template("docs.html")


@blueprint.get("/docs/assets/<name>")
@blueprint.doc(**OPEN_TO_ALL)
def docs_asset(name: str) -> Response:
    """Send a file of Swagger UI."""
    if name not in DOCS_ASSETS:
        abort(404)
    from swagger_ui_bundle import swagger_ui_path  # only when somebody looks at the page

    return send_from_directory(str(swagger_ui_path), name, max_age=86_400)
