"""The sockets of this process, which Granian opened and does not hand out: found by their addresses."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

_INTERNET = (socket.AF_INET, socket.AF_INET6)


def listening_on(port: int) -> socket.socket | None:
    """Return a handle of our own on the socket that listens on `port`, if it can be found."""
    for found in _own_sockets():
        if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and found.getsockname()[1] == port:
            return socket.socket(fileno=os.dup(found.fileno()))  # its own `dup` would let accept() block
    return None


def cut(host: str, port: int) -> None:
    """Cut the connection of the client at this address in the middle of an answer, if it can be found.

    Granian would end an answer that breaks off as if it were whole.
    """
    for found in _own_sockets():
        with contextlib.suppress(OSError):  # it listens, or is gone
            if found.getpeername()[:2] == (host, port):
                found.shutdown(socket.SHUT_RDWR)
                return


def _own_sockets() -> Iterator[socket.socket]:
    try:
        descriptors = [int(link.name) for link in Path("/proc/self/fd").iterdir()]
    except OSError:  # no Linux
        return
    for descriptor in descriptors:
        with contextlib.suppress(OSError):  # gone meanwhile
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as found:
                    if found.family in _INTERNET:
                        yield found
