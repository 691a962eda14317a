"""The socket that the server listens on, and what Granian does not do with it."""

import contextlib
import ctypes
import socket
import struct

from lenswright.http_worker.sockets import listening_on

_SO_ATTACH_FILTER = 26  # of Linux; Python has no name for it
_NO_NEW_CONNECTIONS = (  # code, jump if true, jump if false, operand: a classic BPF program on a TCP segment
    (0x30, 0, 0, 13),  # load the byte of flags
    (0x54, 0, 0, 0x02),  # keep SYN
    (0x15, 0, 1, 0),  # not set: go on, else skip one
    (0x06, 0, 0, 0xFFFFFFFF),  # take it whole
    (0x06, 0, 0, 0),  # drop it
)


class Listener:
    """A second handle on the listening socket of this process; where there is none, nothing happens."""

    def __init__(self, port: int, client_timeout_s: float) -> None:
        self._socket = listening_on(port)
        if self._socket is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            # Connections inherit it. The kernel cuts one whose client takes no byte for that long: what is
            # left of its answer would stay in memory as long as the client likes.
            timeout_ms = int(client_timeout_s * 1000)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)

    def let_nobody_in(self) -> None:
        """Let no new connection begin; those that have begun can still be accepted.

        A listening socket that is simply closed resets the connections that wait to be accepted, whose
        clients may have sent their requests already.
        """
        if self._socket is None:
            return
        program = ctypes.create_string_buffer(
            b"".join(struct.pack("HBBI", *one) for one in _NO_NEW_CONNECTIONS)
        )
        given = struct.pack("HP", len(_NO_NEW_CONNECTIONS), ctypes.addressof(program))
        with contextlib.suppress(OSError):  # forbidden here: then it is closed with the others
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, given)
        self._socket.close()
