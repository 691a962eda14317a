"""A WSGI app behind an ASGI server, so that no client, however slow, holds a thread of the app.

What comes from a client and what goes to it moves on the event loop, within time limits; the app runs in
threads. No Flask, no file of ours, no setting: plain HTTP.
"""

import io
import json
import logging
import threading
from http import HTTPStatus
from typing import Any

from lenswright.http_worker.answer import Answer, Send, WsgiApp, ask, send_answer
from lenswright.http_worker.body import Gone, Inflow, Receive, Stalled, small_body
from lenswright.http_worker.environ import Environ, announced_bytes, environ_of
from lenswright.http_worker.limits import MOST_LARGE, PIECE_BYTES, SMALL_BYTES, Limits
from lenswright.http_worker.place import Place
from lenswright.http_worker.sockets import cut
from lenswright.http_worker.threads import Full, Late, Threads

log = logging.getLogger(__name__)

IS_STOPPING = "lenswright.is_stopping"  # in the environment of a request

_OF_PROBLEMS = [
    ("Content-Type", "application/problem+json"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
_FULL = "More requests are waiting than the queue holds; try again shortly."
_LATE = "The request was not begun before its deadline; try again shortly."
_TORN = "Expected the whole body. The connection was closed before its end."
_SLOW = "Expected the body to keep coming. It stopped, or came too slowly."


class Bridge:
    """Receives a request, lets the app answer it in a thread, sends the answer.

    A small body is received before a thread is taken. Requests with a large one have threads of their
    own, of which as many work at once as of the others: those that wait for their client do not count.
    """

    def __init__(self, app: WsgiApp, threads: int, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._threads = Threads(threads, limits.queue_size, limits.deadline_s, "request")
        self._large = Threads(MOST_LARGE, limits.queue_size, limits.deadline_s, "large")
        self._working = threading.Semaphore(threads)
        self.closes = False  # every connection, with its next answer: the server is about to stop
        self.refused = 0  # requests that the app did not see, as there were too many

    @property
    def waiting(self) -> int:
        """How many requests wait for a thread."""
        return self._threads.waiting + self._large.waiting

    def announce_stop(self) -> None:
        """Close every connection with its next answer, and let the app know."""
        self.closes = True

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        environ = environ_of(scope)
        environ[IS_STOPPING] = self.closes
        answer, close = await self._answer(environ, receive)
        timeout_s = self._limits.client_timeout_s
        try:
            await send_answer(answer, send, self._large, timeout_s, close=close or self.closes)
        except Exception as exc:
            cut(environ["REMOTE_ADDR"], int(environ["REMOTE_PORT"]))
            foreseen = isinstance(exc, OSError | Full)
            log.warning("an answer is cut: %s", exc or "too many are waiting", exc_info=not foreseen)

    async def _answer(self, environ: Environ, receive: Receive) -> tuple[Answer, bool]:
        """Return the answer, and whether the connection cannot be used after it."""
        try:
            return await self._ask(environ, receive), False
        except Full:
            return self._refuse(503, "overloaded", _FULL), False
        except Late:
            return self._refuse(503, "overloaded", _LATE), False
        except Stalled:
            return _problem(408, "timeout", _SLOW), True
        except Gone:  # perhaps it still reads
            return _problem(400, "malformed_request", _TORN), True

    async def _ask(self, environ: Environ, receive: Receive) -> Answer:
        announced = announced_bytes(environ)
        begun, more = b"", announced != 0
        if announced is None or 0 < announced <= SMALL_BYTES:
            begun, more = await small_body(receive, self._limits.client_timeout_s)
        if not more:
            environ["wsgi.input"] = io.BytesIO(begun)
            return await self._threads.run(lambda: ask(self._app, environ))
        place = Place(self._working, self._limits.deadline_s)
        inflow = Inflow(receive, place, self._limits.client_timeout_s, begun)
        environ["wsgi.input"] = io.BufferedReader(inflow, PIECE_BYTES)
        try:
            answer = await self._large.run(lambda: self._ask_in(place, environ))
        finally:
            inflow.cancel()
        if inflow.failure is not None:
            raise inflow.failure
        return answer

    def _ask_in(self, place: Place, environ: Environ) -> Answer:
        with place.held():
            return ask(self._app, environ)

    def _refuse(self, status: int, code: str, detail: str) -> Answer:
        self.refused += 1
        return _problem(status, code, detail)


def _problem(status: int, code: str, detail: str) -> Answer:
    """Return a problem document (RFC 9457), as the app would make it."""
    title = HTTPStatus(status).phrase
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    body = json.dumps(document).encode()
    headers = [*_OF_PROBLEMS, ("Content-Length", str(len(body)))]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "1"))
    return Answer(status, headers, body)
