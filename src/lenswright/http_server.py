"""Serve one WSGI app on one address until SIGTERM, SIGINT or SIGHUP: Granian, one worker, threads.

The parent process only watches; the app and everything it owns live in the worker, which therefore
may be forked safely. A pipe ties both together: when the parent stops or vanishes, the worker ends.
"""

import math
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from lenswright.errors import SettingsError
from lenswright.http_worker.limits import Limits
from lenswright.http_worker.worker import Worker

HEAD_TIMEOUT_S = 30  # of a request's head; also how long a connection may be idle
BUFFER_BYTES = 65_536  # of each connection, either way; also the most that a request's head may have
_GRANIAN_LOGS = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


def serve(
    app_factory: Callable[[], Any],
    host: str,
    port: int,
    *,
    threads: int,
    name: str,
    limits: Limits = Limits(),  # noqa: B008 frozen
) -> None:
    """Serve until a signal says stop; requests in work are answered first, for up to `limits.grace_s`.

    `app_factory`: picklable, called once in the worker, returns the WSGI app; it may register
    `at_stop` callbacks. Raises SettingsError if the address cannot be used; exits with status 1 if
    the app cannot be built.
    """
    refuse_unusable(host, port)
    lifeline, parent_end = multiprocessing.Pipe(duplex=False)
    server = _server(name, host, port, limits)
    server.main_loop_interrupt = _WakefulEvent()
    _take_signals(server, parent_end)
    worker = Worker(app_factory, host, port, threads, name, limits, lifeline, parent_end, os.getpid())
    server.serve(target_loader=worker.load, wrap_loader=False)


def _server(name: str, host: str, port: int, limits: Limits) -> MPServer:
    return MPServer(
        name,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        loop=Loops.auto,  # uvloop where there is one
        workers=1,
        backpressure=limits.connections,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_TIMEOUT_S * 1000, max_buffer_size=BUFFER_BYTES),
        workers_kill_timeout=math.ceil(limits.stop_delay_s + limits.grace_s) + 4,
        log_level=LogLevels.error,
        log_dictconfig=_GRANIAN_LOGS,
    )


class _WakefulEvent(threading.Event):
    """An event whose waiter looks up five times a second.

    Python runs signal handlers between the steps of the main thread; a signal that the system gives
    to another thread would not wake a main thread that waits for ever.
    """

    def wait(self, timeout: float | None = None) -> bool:
        while not super().wait(0.2 if timeout is None else timeout):
            if timeout is not None:
                return False
        return True


def _take_signals(server: MPServer, parent_end: Connection) -> None:
    """In the parent: a closed terminal stops too, unless under nohup; SIGUSR1 says that we listen."""

    stopping: list[bool] = []

    def stop(*_: object) -> None:
        if stopping:  # a second signal that broke into the first would wait for the event's lock for ever
            return
        stopping.append(True)
        parent_end.close()
        server.interrupt_signal = True
        server.main_loop_interrupt.set()

    def listening(*_: object) -> None:
        server.respawn_failed_workers = True  # a crash before that would only repeat itself

    server.signal_handler_interrupt = server.signal_handler_reload = stop  # type: ignore[method-assign]
    signal.signal(signal.SIGUSR1, listening)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        server.on_startup(lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))


def refuse_unusable(host: str, port: int) -> None:
    """Raise SettingsError if nothing can listen on the address, and say why.

    Granian binds with SO_REUSEPORT, under which two instances would silently share one port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise SettingsError(
                f"Cannot listen on {host}:{port}: {exc.strerror or exc}."
                " Stop what listens there, or choose another --port or --host."
            ) from exc
