"""The body of a request, on its way from the client: what is small is waited for, what is large flows."""

import asyncio
import io
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from lenswright.http_worker.limits import LEAST_BYTES_PER_S, SMALL_BYTES
from lenswright.http_worker.place import Place

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

AHEAD_BYTES = 256_000  # received before the app asks for them, of one body


class Stalled(OSError):
    """The client sends or takes nothing, or too little, for too long."""


class Gone(OSError):
    """The client closed the connection in the middle."""


async def next_piece(receive: Receive) -> tuple[bytes, bool]:
    """Return what came next of a body, and whether there is more. Raises Gone."""
    message = await receive()
    if message["type"] != "http.request":
        raise Gone("The client closed the connection before its body was complete.")
    return message.get("body", b""), message.get("more_body", False)


async def small_body(receive: Receive, timeout_s: float) -> tuple[bytes, bool]:
    """Return a body, and whether there is more: one that announced no length may turn out large.

    Raises Stalled or Gone.
    """
    pieces, held, more = [], 0, True
    now = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(timeout_s) as limit:
            while more and held <= SMALL_BYTES:
                piece, more = await next_piece(receive)
                pieces.append(piece)
                held += len(piece)
                if more:  # waiting uses up the client's patience, bytes earn it back: a minimum rate
                    earned = (limit.when() or 0.0) + len(piece) / LEAST_BYTES_PER_S
                    limit.reschedule(min(earned, now() + timeout_s))
    except TimeoutError as exc:
        raise Stalled(f"The body did not come in time: {held} bytes did.") from exc
    return pieces[0] if len(pieces) == 1 else b"".join(pieces), more


class Inflow(io.RawIOBase):
    """A large body as a file: the app reads in its thread what the event loop receives.

    Nothing is asked of the client before the first read, so that a refusal costs it no upload. While a
    read waits for the client, `place` is left to others. `failure` says why the body could not be read to
    its end, if so; reading it then raises it.
    """

    def __init__(self, receive: Receive, place: Place, timeout_s: float, begun: bytes = b"") -> None:
        super().__init__()
        self._receive, self._timeout_s = receive, timeout_s
        self._loop = asyncio.get_running_loop()
        self._pieces = deque([begun] if begun else [])
        self._held, self._ended = len(begun), False
        self._changed = threading.Condition()
        self._room = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._asked = False
        self._place = place
        self.failure: OSError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what is there, waiting for at least a byte. Raises Stalled, Gone or Late."""
        with self._changed:
            there = self._pieces or self._ended
        if not there:
            self._wait()
        with self._changed:
            if not self._pieces:
                if self.failure is not None:
                    raise self.failure
                return 0
            return self._take(buffer)

    def cancel(self) -> None:
        """Receive no more. On the event loop."""
        self._end(None)
        if self._pump is not None:
            self._pump.cancel()

    def _take(self, buffer: Any) -> int:
        piece = self._pieces.popleft()
        taken = min(len(buffer), len(piece))
        buffer[:taken] = piece[:taken]
        if taken < len(piece):
            self._pieces.appendleft(piece[taken:])
        was_full = self._held >= AHEAD_BYTES
        self._held -= taken
        if was_full and self._held < AHEAD_BYTES:
            self._loop.call_soon_threadsafe(self._room.set)
        return taken

    def _wait(self) -> None:
        if not self._asked:
            self._asked = True
            self._loop.call_soon_threadsafe(self._start)
        try:
            with self._place.left(), self._changed:
                self._changed.wait_for(lambda: self._pieces or self._ended)
        except OSError as exc:
            self.failure = exc
            raise

    def _start(self) -> None:
        if not self._ended:
            self._pump = self._loop.create_task(self._receive_all())

    async def _receive_all(self) -> None:
        more, received, patience_s = True, 0, self._timeout_s
        try:
            while more:
                began = time.monotonic()
                piece, more = await asyncio.wait_for(next_piece(self._receive), patience_s)
                self._put(piece)
                received += len(piece)
                patience_s += len(piece) / LEAST_BYTES_PER_S - (time.monotonic() - began)
                patience_s = max(0.0, min(patience_s, self._timeout_s))
                if self._held >= AHEAD_BYTES:
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            self._end(Stalled(f"The body stopped coming after {received} bytes."))
        except OSError as exc:
            self._end(exc)
        else:
            self._end(None)

    def _put(self, piece: bytes) -> None:
        if piece:
            with self._changed:
                self._pieces.append(piece)
                self._held += len(piece)
                self._changed.notify()

    def _end(self, failure: OSError | None) -> None:
        with self._changed:
            self.failure = self.failure or failure
            self._ended = True
            self._changed.notify()
