"""The head of an ASGI request in, a WSGI environment out."""

import sys
from typing import Any
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]
Environ = dict[str, Any]

_ALWAYS: Environ = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,  # it ends where the body ends: Werkzeug asks
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
_NO_PREFIX = {"CONTENT_TYPE", "CONTENT_LENGTH"}
_names: dict[bytes, str] = {}  # of headers, as WSGI has them; bounded, as clients choose them
MOST_NAMES = 200


def environ_of(scope: Scope) -> Environ:
    """Return the environment of a request, without its body.

    Texts are bytes read as Latin-1, as PEP 3333 has it. A header with an underscore in its name is left
    out: it would pass for the one with a hyphen.
    """
    server, port = scope["server"]
    environ = _ALWAYS | {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": scope["client"][0],
        "REMOTE_PORT": str(scope["client"][1]),
        "wsgi.url_scheme": scope["scheme"],
    }
    for raw, value in scope["headers"]:
        if b"_" in raw:
            continue  # nor is it added to one with a hyphen: X-Forwarded-For would end with a forged address
        name = _names.get(raw) or _name(raw)
        if name in environ:
            environ[name] += ("; " if name == "HTTP_COOKIE" else ",") + value.decode("latin-1")
        else:
            environ[name] = value.decode("latin-1")
    return environ


def _name(raw: bytes) -> str:
    name = raw.decode("latin-1").upper().replace("-", "_")
    name = name if name in _NO_PREFIX else f"HTTP_{name}"
    if len(_names) < MOST_NAMES:
        _names[raw] = name
    return name


def announced_bytes(environ: Environ) -> int | None:
    """Return the length of the body: 0 where there is none, None where the request does not say."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    return int(environ.get("CONTENT_LENGTH") or 0)
