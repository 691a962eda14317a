"""The socket that the server listens on: what Granian does not set on it, and its last moments."""

import contextlib
import os
import socket
import stat
import time
from pathlib import Path

CLOSING_S = 0.5
MOST_READS = 16
_SORRY = b"Stopping.\n"
_LAST_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
    b"Retry-After: 5\r\nConnection: close\r\n\r\n%s" % (len(_SORRY), _SORRY)
)


class Listener:
    """A second handle on the listening socket of this process; without one (None) nothing happens."""

    def __init__(self, port: int, client_timeout_s: float) -> None:
        self._socket = _listening_on(port)
        if self._socket is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            # Connections inherit it. The kernel cuts one whose client takes no byte for that long: what is
            # left of its answer would stay in memory as long as the client likes.
            timeout_ms = int(client_timeout_s * 1000)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)

    def answer_last(self, seconds: float) -> None:
        """Answer whom nobody accepts any more with 503: connections that waited when the server stopped."""
        if self._socket is None:
            return
        self._socket.settimeout(0.02)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with contextlib.suppress(OSError):  # also the timeout: nobody waits
                connection, _ = self._socket.accept()
                _turn_away(connection)
        self._socket.close()


def _turn_away(connection: socket.socket) -> None:
    with connection:
        connection.settimeout(CLOSING_S)
        connection.sendall(_LAST_ANSWER)
        connection.shutdown(socket.SHUT_WR)
        for _ in range(MOST_READS):  # a socket closed on unread bytes would take the answer back
            if not connection.recv(65_536):
                return


def _listening_on(port: int) -> socket.socket | None:
    """Return a handle of our own on the socket of this process that listens on `port`, if it can be found."""
    try:
        descriptors = [int(link.name) for link in Path("/proc/self/fd").iterdir()]
    except OSError:  # no Linux
        return None
    for descriptor in descriptors:
        with contextlib.suppress(OSError):  # gone meanwhile
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                found = socket.socket(fileno=os.dup(descriptor))
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and _port_of(found) == port:
                    return found
                found.close()
    return None


def _port_of(found: socket.socket) -> int | None:
    return found.getsockname()[1] if found.family in (socket.AF_INET, socket.AF_INET6) else None
