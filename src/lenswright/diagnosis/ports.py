"""Whether an address is free to listen on, or answered by lenswright already."""

import http.client

from lenswright.diagnosis.finding import Finding, ok, problem
from lenswright.errors import SettingsError
from lenswright.http_server import refuse_unusable

TIMEOUT_S = 3.0
MOST_BYTES = 100_000


def check_port(name: str, host: str, port: int, *, path: str, sign: bytes) -> Finding:
    """Return whether `host`:`port` is free; an answer at `path` with `sign` in it is one of lenswright."""
    where = f"{host}:{port}"
    try:
        refuse_unusable(host, port)
    except SettingsError as exc:
        refusal = str(exc)
    else:
        return ok(name, f"{where} is free")
    if sign in _answer({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, path):
        return ok(name, f"{where} is answered by lenswright")
    return problem(name, f"{where} is not free, and not lenswright answers", refusal)


def _answer(host: str, port: int, path: str) -> bytes:
    """Return the first bytes of an answer with status 200, nothing where there is none."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read(MOST_BYTES) if answer.status == http.client.OK else b""
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()
