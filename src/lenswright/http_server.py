"""Serve one WSGI app on one address until SIGTERM, SIGINT or SIGHUP: Granian, one worker, threads.

The parent process only watches; the app and everything it owns live in the worker, which therefore
may be forked safely. A pipe ties both together: when the parent stops or vanishes, the worker ends.
"""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from typing import Any

from granian import _signals as granian_signals
from granian._granian import WorkerSignal
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from lenswright.errors import LenswrightError, SettingsError

_log = logging.getLogger(__name__)

GRACE_S = 8
_closing: list[Finalize] = []  # each runs once, at the normal end of a process or by call
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
    grace_s: int = GRACE_S,
) -> None:
    """Serve until a signal says stop; requests in work are answered first, for up to `grace_s`.

    `app_factory`: picklable, called once in the worker, returns the WSGI app; it may register
    `at_stop` callbacks. Raises SettingsError if the address cannot be used; exits with status 1 if
    the app cannot be built.
    """
    refuse_unusable(host, port)
    lifeline, parent_end = multiprocessing.Pipe(duplex=False)
    server = _server(name, host, port, threads, grace_s)
    server.main_loop_interrupt = _WakefulEvent()
    _take_signals(server, parent_end)
    helpers = (
        partial(_end_with_parent, lifeline, grace_s),
        partial(_announce, host, port, name, os.getpid()),
    )
    load = partial(_load, app_factory, parent_end, helpers)
    server.serve(target_loader=load, wrap_loader=False)


def _server(name: str, host: str, port: int, threads: int, grace_s: int) -> MPServer:
    return MPServer(
        name,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        backpressure=1024,  # connections held open, idle ones too; not requests
        websockets=False,
        workers_kill_timeout=grace_s + 4,
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


def at_stop(callback: Callable[[], None]) -> None:
    """Run `callback` once when this worker ends, last registered first."""
    _closing.insert(0, Finalize(None, callback, exitpriority=len(_closing)))


def _load(
    app_factory: Callable[[], Any], parent_end: Connection, helpers: Iterable[Callable[[], None]]
) -> Any:
    """Build the app in the worker."""
    parent_end.close()  # else the worker itself would keep its lifeline open
    os.setpgid(0, 0)  # Ctrl-C is for the parent, which stops us in order
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the parent decides what a closed terminal means
    for early in (signal.SIGTERM, signal.SIGINT):  # until Granian takes them: simply end
        signal.signal(early, signal.SIG_DFL)
    granian_signals.set_sync_signals = _take_one_signal
    for target in helpers:
        threading.Thread(target=target, daemon=True).start()
    try:
        return app_factory()
    except LenswrightError as exc:
        _log.critical("Cannot start: %s", exc)
        sys.exit(1)


def _take_one_signal() -> WorkerSignal:
    """In the worker, instead of Granian's own: the first signal stops it, others change nothing.

    Granian 2.8 hangs when a second signal breaks into the handling of the first, as it does when
    Ctrl-C or a service manager signals the whole group and the parent passes it on.
    """
    stop_event = WorkerSignal()
    taken: list[int] = []

    def take(number: int, _frame: object) -> None:
        if not taken:
            taken.append(number)
            stop_event.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, take)
    return stop_event


def _end_with_parent(lifeline: Connection, grace_s: float) -> None:
    """Wait for the parent to stop or die, then end: gracefully, or by force after `grace_s`."""
    lifeline.poll(None)
    main_thread = threading.main_thread().ident or 0
    signal.pthread_kill(main_thread, signal.SIGTERM)  # it waits, and only a signal of its own wakes it
    time.sleep(grace_s)
    _log.warning("Some clients did not finish in %s s; their connections are cut.", grace_s)
    for close in _closing:
        close()
    os._exit(0)


def _announce(host: str, port: int, name: str, parent_pid: int) -> None:
    """Once the address answers, log it and tell the parent."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while not _answers(reachable, port):
        time.sleep(0.02)
    if os.getppid() == parent_pid:
        os.kill(parent_pid, signal.SIGUSR1)
    shown = f"[{reachable}]" if ":" in reachable else reachable
    _log.info("%s listens on http://%s:%d", name, shown, port)


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
