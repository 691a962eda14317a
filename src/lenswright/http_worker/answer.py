"""The app's answer, on its way to the client."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lenswright.http_worker.body import Stalled
from lenswright.http_worker.environ import Environ
from lenswright.http_worker.limits import PIECE_BYTES, SMALL_BYTES
from lenswright.http_worker.threads import Threads

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[str, str]]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

CLOSE = (b"connection", b"close")
SENT_BYTES = 16_384  # at once: Granian takes several on account for a client that does not read


@dataclass(frozen=True)
class Answer:
    """`whole`: the body, if it is small; else `rest` gives it piece by piece, and must be closed."""

    status: int
    headers: Headers
    whole: bytes
    rest: "Pieces | None" = None


class Pieces:
    """What an app answers, in pieces of about `PIECE_BYTES`."""

    def __init__(self, given: Iterable[bytes]) -> None:
        self._given = given
        self._iterator: Iterator[bytes] = iter(given)

    def next(self) -> bytes:
        """Return the next piece, nothing at the end."""
        held, pieces = 0, []
        while held < PIECE_BYTES and (piece := next(self._iterator, None)) is not None:
            pieces.append(piece)
            held += len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        close = getattr(self._given, "close", None)
        if close is not None:
            close()


def ask(app: WsgiApp, environ: Environ) -> Answer:
    """Return what `app` answers; a small answer is complete."""
    said: list[tuple[int, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:  # noqa: ARG001 PEP 3333
        said.append((int(status[:3]), headers))

    pieces = Pieces(app(environ, start_response))
    status, headers = said[-1] if said else (500, [])
    if any(name.lower() == "content-length" and int(value) <= SMALL_BYTES for name, value in headers):
        try:
            return Answer(status, headers, b"".join(iter(pieces.next, b"")))
        finally:
            pieces.close()
    return Answer(status, headers, b"", pieces)


async def send_answer(answer: Answer, send: Send, threads: Threads, timeout_s: float, *, close: bool) -> None:
    """Send it; `close`: the connection ends with it. Raises Stalled if the client does not take it."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if close:
        headers.append(CLOSE)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.rest is None:
        await send({"type": "http.response.body", "body": answer.whole, "more_body": False})
        return
    try:
        while piece := await threads.run(answer.rest.next):
            await _send_piece(piece, send, timeout_s)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        await threads.run(answer.rest.close)


async def _send_piece(piece: bytes, send: Send, timeout_s: float) -> None:
    for start in range(0, len(piece), SENT_BYTES):
        part = piece[start : start + SENT_BYTES]
        message = {"type": "http.response.body", "body": part, "more_body": True}
        try:
            await asyncio.wait_for(send(message), timeout_s)
        except TimeoutError as exc:
            raise Stalled("The client does not take its answer.") from exc
