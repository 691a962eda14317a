"""The dashboard as a running service: settings in, a served app until somebody stops it."""

import logging
from functools import partial
from typing import Any

from lenswright import http_server
from lenswright.browser_safety import is_loopback_name
from lenswright.errors import SettingsError
from lenswright.logs import configure_logs
from lenswright.settings import Settings

_log = logging.getLogger(__name__)

THREADS = 16  # nearly all of them only wait for the API, some for as long as an upload takes


def run(settings: Settings) -> None:
    """Serve the dashboard until a signal says stop.

    Raises SettingsError if the address cannot be used, or should not be.
    """
    configure_logs(settings.log_level, settings.log_format, service="dashboard", port=settings.dashboard_port)
    refuse_strangers(settings)
    http_server.serve(
        partial(build, settings),
        settings.dashboard_host,
        settings.dashboard_port,
        threads=THREADS,
        name="The dashboard",
    )


def refuse_strangers(settings: Settings) -> None:
    """Raise SettingsError if others than this machine could use the dashboard, which has no log-in.

    Whoever reaches it may do what it may: all that its key opens, or on loopback everything.
    """
    host = settings.dashboard_host
    if is_loopback_name(host):
        return
    may = "what its key opens" if settings.api_key else "whatever the API lets it do"
    told = f"there is no log-in, so everybody who reaches the dashboard on {host} could do {may}"
    if not settings.insecure:
        raise SettingsError(
            f"LENSWRIGHT_DASHBOARD_HOST: {told}. Expected: a loopback address, with a proxy in front that"
            " asks who comes. To allow it all the same, start with --insecure."
        )
    _log.warning("insecure: %s", told)


def build(settings: Settings) -> Any:
    """Return the WSGI app; called in the serving process only."""
    from lenswright.dashboard.app import create_dashboard  # the watching parent needs none of Dash

    configure_logs(settings.log_level, settings.log_format, service="dashboard", port=settings.dashboard_port)
    return create_dashboard(settings).server
