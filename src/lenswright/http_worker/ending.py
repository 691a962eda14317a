"""How the process that serves ends: in order, by one signal, and never later than its parent wants."""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize

from granian._granian import WorkerSignal

DOOR_S = 0.2  # from a connection's beginning to its request, on a busy machine

log = logging.getLogger(__name__)

_closing: list[Finalize] = []  # each runs once, at the normal end of a process or by call


def at_stop(callback: Callable[[], None]) -> None:
    """Run `callback` once when this worker ends, last registered first."""
    _closing.insert(0, Finalize(None, callback, exitpriority=len(_closing)))


def close_all() -> None:
    """Run what `at_stop` was given and has not run yet."""
    for close in _closing:
        close()


class Ending:
    """From the first signal to the end of accepting.

    `announce` at once, `let_nobody_in` after `delay_s`; the server stops when those have come in who stood
    in the door.
    """

    def __init__(
        self, delay_s: float, announce: Callable[[], None], let_nobody_in: Callable[[], None]
    ) -> None:
        self._delay_s, self._announce, self._let_nobody_in = delay_s, announce, let_nobody_in
        self._begun = False

    def take_signals(self, loop: asyncio.AbstractEventLoop) -> WorkerSignal:
        """Take SIGTERM and SIGINT, instead of Granian's own: the first stops us, others change nothing.

        Granian 2.8 hangs when a second signal breaks into the handling of the first, as it does when
        Ctrl-C or a service manager signals the whole group and the parent passes it on.
        """
        stop_event = WorkerSignal()

        def end() -> None:
            self._let_nobody_in()
            loop.call_later(DOOR_S, stop_event.set)

        def take() -> None:
            if not self._begun:
                self._begun = True
                self._announce()
                loop.call_later(self._delay_s, end)

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, take)
        return stop_event


def end_with_parent(lifeline: Connection, patience_s: float) -> None:
    """Wait for the parent to stop or die, then end: gracefully, or by force after `patience_s`."""
    lifeline.poll(None)
    main_thread = threading.main_thread().ident or 0
    signal.pthread_kill(main_thread, signal.SIGTERM)  # it waits, and only a signal of its own wakes it
    time.sleep(patience_s)
    log.warning("Some clients did not finish in %s s; their connections are cut.", patience_s)
    close_all()
    os._exit(0)
