"""The dashboard as a running service: settings in, a served app until somebody stops it."""

from functools import partial
from typing import Any

from lenswright import http_server
from lenswright.logs import configure_logs
from lenswright.settings import Settings

THREADS = 16  # nearly all of them only wait for the API, some for as long as an upload takes


def run(settings: Settings) -> None:
    """Serve the dashboard until a signal says stop. Raises SettingsError if the address cannot be used."""
    configure_logs(settings.log_level, settings.log_format)
    http_server.serve(
        partial(build, settings),
        settings.dashboard_host,
        settings.dashboard_port,
        threads=THREADS,
        name="The dashboard",
    )


def build(settings: Settings) -> Any:
    """Return the WSGI app; called in the serving process only."""
    from lenswright.dashboard.app import create_dashboard  # the watching parent needs none of Dash

    configure_logs(settings.log_level, settings.log_format)
    return create_dashboard(settings).server
