"""Clients that hold a connection and do next to nothing with it."""

import contextlib
import socket
from collections.abc import Iterator

HEAD = b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\n"
OPENINGS = {  # what each kind sends before it falls silent
    "half-sent heads": b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow",
    "half-sent photos": HEAD + b"Content-Length: 20000\r\n\r\n" + bytes(5000),
    "half-sent large bodies": HEAD + b"Content-Length: 20000000\r\n\r\n" + bytes(5000),
    "half-sent bodies of unknown length": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "unread answers": b"GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 4,
    "idle connections": b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}
SILENT_BUFFER = 4096  # of a client that does not read: the kernel holds little for it


@contextlib.contextmanager
def slow_clients(port: int, kind: str, count: int) -> Iterator[list[socket.socket]]:
    """Open `count` connections of one of `OPENINGS`; they are closed in the end."""
    with contextlib.ExitStack() as all_of_them:
        opened = []
        for _ in range(count):
            one = all_of_them.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SILENT_BUFFER)
            one.settimeout(30)
            one.connect(("127.0.0.1", port))
            one.sendall(OPENINGS[kind])
            opened.append(one)
        yield opened


def everything_from(one: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection. Raises TimeoutError if it does not."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := one.recv(65_536):
            received += piece
    return received
