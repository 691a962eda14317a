"""Questions of health: of load balancers and container platforms, which know no name or key of ours."""

from typing import Any

PATHS = frozenset({"/health", "/health/live", "/health/ready"})


def asks_for_health(environ: dict[str, Any]) -> bool:
    """Return whether the request with this WSGI environment is one."""
    return environ["PATH_INFO"] in PATHS
