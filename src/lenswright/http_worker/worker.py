"""The start of the process that serves: the app is built, the address answers, signals are taken."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from granian import _signals as granian_signals

from lenswright.errors import LenswrightError
from lenswright.http_worker.bridge import Bridge
from lenswright.http_worker.ending import DOOR_S, Ending, end_with_parent
from lenswright.http_worker.limits import Limits
from lenswright.http_worker.listener import Listener
from lenswright.http_worker.traffic import watch

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worker:
    """What the worker is to do, said by its parent before the fork; `load` is called in the worker."""

    app_factory: Callable[[], Any]
    host: str
    port: int
    threads: int
    name: str
    limits: Limits
    lifeline: Connection
    parent_end: Connection
    parent_pid: int

    def load(self) -> Bridge:
        """Build the app. Exits with status 1 if that cannot be done."""
        self.parent_end.close()  # else the worker itself would keep its lifeline open
        os.setpgid(0, 0)  # Ctrl-C is for the parent, which stops us in order
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the parent decides what a closed terminal means
        for early in (signal.SIGTERM, signal.SIGINT):  # until the event loop takes them: simply end
            signal.signal(early, signal.SIG_DFL)
        patience_s = self.limits.stop_delay_s + DOOR_S + self.limits.grace_s
        _begin(end_with_parent, self.lifeline, patience_s)
        try:
            bridge = Bridge(self.app_factory(), self.threads, self.limits)
        except LenswrightError as exc:
            log.critical("Cannot start: %s", exc)
            sys.exit(1)
        watch(bridge)
        self._serve_until_told(bridge)
        return bridge

    def _serve_until_told(self, bridge: Bridge) -> None:
        listeners: list[Listener] = []

        def let_nobody_in() -> None:
            for listener in listeners:
                listener.let_nobody_in()

        def listening() -> None:
            self._wait_for_an_answer()
            listeners.append(Listener(self.port, self.limits.client_timeout_s))
            self._announce()

        ending = Ending(self.limits.stop_delay_s, bridge.announce_stop, let_nobody_in)
        granian_signals.set_loop_signals = ending.take_signals
        _begin(listening)

    @property
    def _reachable(self) -> str:
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)

    def _wait_for_an_answer(self) -> None:
        while not _answers(self._reachable, self.port):
            time.sleep(0.02)

    def _announce(self) -> None:
        """Log the address and tell the parent."""
        if os.getppid() == self.parent_pid:
            os.kill(self.parent_pid, signal.SIGUSR1)
        shown = f"[{self._reachable}]" if ":" in self._reachable else self._reachable
        log.info("%s listens on http://%s:%d", self.name, shown, self.port)


def _begin(target: Callable[..., None], *given: Any) -> None:
    threading.Thread(target=target, args=given, daemon=True).start()


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
