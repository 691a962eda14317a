"""Who asks: what the audit trail says of the present request."""

from flask import request


def actor() -> str:
    """Return the address that the present request came from; there are no names while there are no keys."""
    return f"api, {request.remote_addr or 'unknown address'}"
