"""Several instances from one command: a process each, started, watched and stopped together.

The parent only watches. An instance that ends before it ever answered ends them all, as a setting is
wrong; one that falls later is started anew, after a pause that grows, while the others go on.
"""

import ctypes
import http.client
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lenswright.errors import SettingsError, Unavailable
from lenswright.http_server import refuse_unusable
from lenswright.logs import configure_logs
from lenswright.settings import Settings

LOOK_S = 0.2
PAUSES_S = (1, 2, 4, 8, 16, 30)
STEADY_S = 60.0  # who ran for as long may fall again without a longer pause
STOP_LIMIT_S = 30.0  # requests in work, a training run to stop, what is left to write
PR_SET_PDEATHSIG = 1

_log = logging.getLogger(__name__)


@dataclass
class _Member:
    """One instance; `answers` now, `proven` as it answered at least once.

    `falls` since it last ran steadily; `due_at` (monotonic seconds) is when it is to start anew.
    """

    port: int
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    answers: bool = False
    proven: bool = False
    falls: int = 0
    began_at: float = 0.0
    due_at: float = 0.0


@dataclass
class _Fleet:
    """All instances of one command."""

    host: str
    members: list[_Member]
    stop_limit_s: float
    announced: bool = False

    def look(self) -> None:
        """Start what is due, note what answers or has ended. Raises Unavailable if one cannot start."""
        for member in self.members:
            if member.process is None and time.monotonic() >= member.due_at:
                self._start(member)
            elif member.process is not None and member.process.poll() is not None:
                self._note_end(member, member.process.returncode)
            elif not member.answers:
                self._ask(member)
        if not self.announced and all(member.proven for member in self.members):
            self.announced = True
            ports = ", ".join(str(member.port) for member in self.members)
            _log.info("all instances answer: ports %s; Ctrl-C ends them", ports)

    def _start(self, member: _Member) -> None:
        # A group of its own: Ctrl-C is for the parent, which stops all in order.
        member.process = subprocess.Popen(member.command, process_group=0, preexec_fn=_end_with_parent)
        member.began_at = time.monotonic()

    def _ask(self, member: _Member) -> None:
        member.answers = _answers(self.host, member.port)
        if member.answers and member.proven:
            _log.info("the instance on port %d answers again", member.port)
        member.proven |= member.answers

    def _note_end(self, member: _Member, status: int) -> None:
        how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        if not member.proven:
            raise Unavailable(
                f"The instance on port {member.port} did not start ({how}); what it said stands above."
                " All are stopped."
            )
        now = time.monotonic()
        member.falls = 0 if now - member.began_at > STEADY_S else member.falls
        pause_s = PAUSES_S[min(member.falls, len(PAUSES_S) - 1)]
        _log.error("the instance on port %d ended (%s); it starts anew in %d s", member.port, how, pause_s)
        member.process, member.answers = None, False
        member.falls, member.due_at = member.falls + 1, now + pause_s

    def stop(self) -> None:
        """Ask all to end, wait for them, and kill what is left after `stop_limit_s`."""
        running = [(member.port, member.process) for member in self.members if member.process is not None]
        for _, process in running:
            process.terminate()
        ends_at = time.monotonic() + self.stop_limit_s
        for port, process in running:
            try:
                process.wait(max(0.0, ends_at - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.warning("the instance on port %d does not end and is killed", port)
                process.kill()
                process.wait()


def run_many(several: Sequence[Settings], command: Callable[[Settings], Sequence[str]]) -> None:
    """Run one instance for each of `several`, all on one host, until a signal says stop.

    `command` returns what starts one. Raises SettingsError if a port cannot be used, before anything
    starts, and Unavailable if one of the instances does not start.
    """
    configure_logs(several[0].log_level, several[0].log_format, service="instances")
    _refuse_unusable(several)
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, lambda number, _frame: stopping.append(number))
    members = [_Member(one.port, command(one)) for one in several]
    fleet = _Fleet(several[0].host, members, STOP_LIMIT_S + several[0].stop_delay_s)
    try:
        while not stopping:
            fleet.look()
            time.sleep(LOOK_S)
    finally:
        fleet.stop()
        _log.info("all instances have ended")


def _refuse_unusable(several: Sequence[Settings]) -> None:
    """Raise SettingsError that names every port that is given twice or taken."""
    ports = [one.port for one in several]
    wrong = [f"Port {port} is given twice." for port in dict.fromkeys(ports) if ports.count(port) > 1]
    for one in several:
        try:
            refuse_unusable(one.host, one.port)
        except SettingsError as exc:
            wrong.append(str(exc))
    if wrong:
        raise SettingsError(" ".join(wrong))


def _answers(host: str, port: int) -> bool:
    """Return whether an instance answers there; its port alone is open before that."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(reachable, port, timeout=1)
    try:
        connection.request("GET", "/health/live")
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end_with_parent() -> None:
    """In the child: be told to stop when the parent is killed, which then cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
