"""The API as a running service: settings in, a served app until somebody stops it."""

import logging
import os
from functools import partial
from typing import Any

from lenswright import http_server
from lenswright.cpus import cpu_count
from lenswright.http_worker.ending import at_stop
from lenswright.http_worker.limits import Limits
from lenswright.logs import configure_logs
from lenswright.settings import Settings

_log = logging.getLogger(__name__)

THREADS_PER_CPU = 4
LEAST_THREADS, MOST_THREADS = 16, 64


def run(settings: Settings) -> None:
    """Serve the API until a signal says stop. Raises SettingsError if the address cannot be used."""
    configure_logs(settings.log_level, settings.log_format, service="api", port=settings.port)
    http_server.serve(
        partial(build, settings),
        settings.host,
        settings.port,
        threads=settings.threads or default_threads(),
        name="The API",
        limits=limits_of(settings),
    )


def limits_of(settings: Settings) -> Limits:
    """Return what the server allows its clients."""
    return Limits(
        queue_size=settings.queue_size,
        deadline_s=settings.request_deadline_s,
        client_timeout_s=settings.client_timeout_s,
        connections=settings.most_connections,
        stop_delay_s=settings.stop_delay_s,
    )


def default_threads() -> int:
    """Return how many requests are worked on at once: most wait for the disk or their turn."""
    return max(LEAST_THREADS, min(MOST_THREADS, THREADS_PER_CPU * cpu_count()))


def build(settings: Settings) -> Any:
    """Return the WSGI app with its services at work; called in the serving process only.

    Raises SettingsError if strangers could use it as they like, StorageFailure if its state cannot be opened.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: no pool of threads for tiny products
    from threadpoolctl import threadpool_limits  # the watching parent needs none of what this imports

    from lenswright.access.entrance import check_entrance
    from lenswright.inference.memory import return_large_blocks, share_arenas
    from lenswright.web.app import create_app
    from lenswright.web.services import build_services

    configure_logs(settings.log_level, settings.log_format, service="api", port=settings.port)
    share_arenas(cpu_count())
    return_large_blocks()
    threadpool_limits(1, "blas")  # else every prediction wakes a spinning thread per CPU: five times the work
    services = build_services(settings)
    at_stop(services.close)
    warning = check_entrance(settings, services.keys.keys)
    if warning:
        _log.warning(warning)
    services.start()
    return create_app(settings, services)
