"""A small served app for the tests of http_server: `python wsgi_server.py PORT [fail]`."""

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from lenswright import http_server
from lenswright.errors import LenswrightError, StorageFailure
from lenswright.http_worker.ending import at_stop
from lenswright.http_worker.limits import Limits
from lenswright.logs import configure_logs

LIMITS = Limits(client_timeout_s=1, stop_delay_s=0.2, grace_s=1)


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.7)
    if environ["PATH_INFO"] == "/read":
        environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"answered"]


def build(mode: str) -> Callable[..., Iterable[bytes]]:
    if mode == "fail":
        raise StorageFailure("the disk is full")
    at_stop(lambda: sys.stderr.write("closed in order\n"))
    return answer


if __name__ == "__main__":
    configure_logs()
    port, mode = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    try:
        http_server.serve(partial(build, mode), "127.0.0.1", port, threads=4, name="a test", limits=LIMITS)
    except LenswrightError as exc:
        sys.exit(str(exc))
