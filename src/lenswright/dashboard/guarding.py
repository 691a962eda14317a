"""What keeps foreign web pages away from the dashboard: host names, origins, and headers on every answer.

The dashboard asks nobody for a key and passes on what its pages ask for, so it is guarded as the API is.
"""

import base64
import hashlib
from collections.abc import Sequence

from dash import Dash
from flask import Response, jsonify, request

from lenswright.browser_safety import DATA_POLICY, HEADERS, SAFE_METHODS, HostNames, is_foreign, page_policy
from lenswright.settings import Settings, listed


def register_guard(app: Dash, settings: Settings, inline_scripts: Sequence[str]) -> None:
    """Guard `app`, whose page may run `inline_scripts` and those of Dash itself, and no other inline one."""
    hosts = HostNames(settings.dashboard_host, listed(settings.allowed_hosts))
    own = [_hash(script) for script in inline_scripts]

    def refuse_foreign() -> tuple[Response, int] | None:
        environ = request.environ
        host = environ.get("HTTP_HOST", "")
        if not hosts.expects(host):
            return _problem(421, "unexpected_host", f"Expected to be asked under one of the names {hosts}.")
        if environ["REQUEST_METHOD"] in SAFE_METHODS:
            return None
        if is_foreign(environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN"), host, ()):
            return _problem(403, "foreign_page", "Expected a request of this dashboard's own pages.")
        return None

    def protect(response: Response) -> Response:
        headers = response.headers
        headers.extend(HEADERS)
        is_page = response.mimetype == "text/html"
        headers["Content-Security-Policy"] = _policy([*own, *app.csp_hashes()]) if is_page else DATA_POLICY
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response

    app.server.before_request(refuse_foreign)
    app.server.after_request(protect)


def _policy(script_hashes: Sequence[str]) -> str:
    """Return the policy of the page. Dash and Mantine write styles into it, and no one can know their hashes.

    Pictures are also shown from memory (`data:`, `blob:`): photos that are not uploaded yet, plots to save.
    """
    return page_policy(
        script=" ".join(["'self'", *dict.fromkeys(script_hashes)]),
        style="'self' 'unsafe-inline'",
        img="'self' data: blob:",
        font="'self' data:",
        connect="'self'",
    )


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _problem(status: int, code: str, detail: str) -> tuple[Response, int]:
    response = jsonify({"title": code, "status": status, "code": code, "detail": detail})
    response.content_type = "application/problem+json"
    return response, status
