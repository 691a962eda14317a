"""A small served app for the tests of http_server: `python wsgi_server.py PORT [fail]`."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from lenswright import http_server
from lenswright.errors import LenswrightError, StorageFailure
from lenswright.http_worker.ending import at_stop
from lenswright.http_worker.limits import Limits
from lenswright.logs import configure_logs

PIECE_BYTES = 50_000
THREADS = 4
LIMITS = Limits(queue_size=2, client_timeout_s=1, stop_delay_s=0.2, grace_s=1)


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(0.7)
    if path in ANSWERS:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return ANSWERS[path](environ)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "8")])
    return [b"answered"]


def count_body(environ: dict[str, Any]) -> Iterable[bytes]:
    try:
        return [str(sum(map(len, iter(partial(environ["wsgi.input"].read, 50_000), b"")))).encode()]
    except OSError as exc:
        return [repr(exc).encode()]


def stream(environ: dict[str, Any]) -> Iterator[bytes]:
    try:
        for _ in range(int(environ["QUERY_STRING"])):
            yield bytes(PIECE_BYTES)
    finally:
        sys.stderr.write("stream closed\n")


def break_off(environ: dict[str, Any]) -> Iterator[bytes]:
    yield bytes(PIECE_BYTES)
    raise ValueError("in the middle")


def tell(environ: dict[str, Any]) -> Iterable[bytes]:
    return [json.dumps({name: value for name, value in environ.items() if isinstance(value, str)}).encode()]


ANSWERS = {"/read": count_body, "/stream": stream, "/broken": break_off, "/environ": tell}


def build(mode: str) -> Callable[..., Iterable[bytes]]:
    if mode == "fail":
        raise StorageFailure("the disk is full")
    at_stop(lambda: sys.stderr.write("closed in order\n"))
    return answer


if __name__ == "__main__":
    configure_logs()
    port, mode = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    try:
        http_server.serve(
            partial(build, mode), "127.0.0.1", port, threads=THREADS, name="a test", limits=LIMITS
        )
    except LenswrightError as exc:
        sys.exit(str(exc))
