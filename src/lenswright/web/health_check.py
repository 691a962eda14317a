"""Questions of health: of load balancers and container platforms, which know no name or key of ours."""

from flask import request


def asks_for_health() -> bool:
    """Return whether the present request is one."""
    return (request.endpoint or "").startswith("health.")
