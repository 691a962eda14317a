"""The one wiring place of the dashboard: settings and an API client in, a Dash app out."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from dash import Dash, register_page, set_props

from lenswright.dashboard import chrome, poll
from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.guarding import register_guard
from lenswright.dashboard.pages import classify, data, models, overview, training
from lenswright.dashboard.relay import relay
from lenswright.dashboard.shell import PAGES, shell
from lenswright.errors import ApiAway, LenswrightError
from lenswright.settings import Settings

log = logging.getLogger(__name__)
SCHEME_SCRIPT = """
try { // the chosen scheme before the first paint, so that nothing flashes; storage may be forbidden
  const chosen = localStorage.getItem("mantine-color-scheme-value");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.mantineColorScheme = chosen;
} catch (refused) { console.info(refused); }
"""
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
{%favicon%}
{%css%}
<script>{scheme_script}</script>
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>""".replace("{scheme_script}", SCHEME_SCRIPT)
MODULES = {"overview": overview, "classify": classify, "data": data, "training": training, "models": models}


def create_dashboard(settings: Settings, api: ApiClient | None = None) -> Dash:
    """Return the dashboard of the API at `settings.api_url`; it starts and stays up without that API."""
    key = settings.api_key.get_secret_value() if settings.api_key else None
    api = api or ApiClient(settings.api_url, key=key)
    app = Dash(
        "lenswright.dashboard",
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        title="lenswright",
        update_title="",  # the title must not flicker with every poll
        suppress_callback_exceptions=True,  # a page's elements exist only while it is shown
        on_error=report,
        index_string=INDEX,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    for order, (name, label, path) in enumerate(PAGES):
        module = MODULES[name]
        register_page(
            module.__name__, path=path, title=f"{label} · lenswright", order=order, layout=module.layout
        )
    app.layout = shell(api.url)
    bound = partial(bind, api)
    for part in (poll, chrome, *MODULES.values()):
        part.register(app, bound)
    app.server.register_blueprint(relay(api))
    register_guard(app, settings, [SCHEME_SCRIPT])
    return app


def bind(api: ApiClient, callback: Callable[..., Any]) -> Callable[..., Any]:
    """Return `callback` with the API as its first argument, as Dash may call it."""
    return partial(callback, api)


def report(exc: Exception) -> None:
    """Show what went wrong in a callback, once; the banner says more when the API is away for longer."""
    if not isinstance(exc, LenswrightError):
        log.error("callback failed", exc_info=exc)
    message = str(exc) if isinstance(exc, LenswrightError) else "Its log says more."
    kind = "away" if isinstance(exc, ApiAway) else "error"
    shown = {**chrome.notification(chrome.problem_title(exc), message, kind), "id": f"problem-{message}"}
    set_props("notifications", {"sendNotifications": [shown]})
