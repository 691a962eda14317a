"""Sees every training run of this machine through to an end, whatever happens to its process.

A thread looks at the journal a few times a second. It starts the runs that this instance queued,
ends those asked to stop that do not, and turns a vanished or silent process into a failed run with
its last words. Every instance on the machine watches, so a run outlives the one that started it. What
died together with the machine is found when the first instance starts again, and continued.
"""

import logging
import threading
import time
from collections.abc import Callable

from lenswright.errors import Conflict, LenswrightError
from lenswright.jobs.interrupted import find_interrupted, resume
from lenswright.jobs.launcher import Launcher, TrainerProcess, arguments, read_tail
from lenswright.jobs.processes import ending, is_alive, kill_group
from lenswright.jobs.watch import Watch
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run, State

_log = logging.getLogger(__name__)


class Supervisor:
    """One training run at a time on `machine`.

    `stop_grace_s`: how long a run asked to stop may take to end by itself. `silence_s`: how long a
    living process may give no sign of life. `orphan_s`: how long a queued run may wait for the
    instance that queued it. `resume_interrupted`: continue a run whose process is gone at the start.
    `clock`: monotonic seconds.
    """

    def __init__(
        self,
        journal: Journal,
        launcher: Launcher,
        *,
        machine: str,
        resume_interrupted: bool = True,
        clock: Callable[[], float] = time.monotonic,
        tick_s: float = 0.3,
        stop_grace_s: float = 4.5,
        silence_s: float = 60.0,
        orphan_s: float = 20.0,
    ) -> None:
        self._journal, self._launcher, self._machine = journal, launcher, machine
        self._resume_interrupted = resume_interrupted
        self._tick_s, self._stop_grace_s = tick_s, stop_grace_s
        self._silence_s, self._orphan_s = silence_s, orphan_s
        self._watch = Watch(clock)
        self._queued: set[int] = set()  # created here, not yet started
        self._children: dict[int, TrainerProcess] = {}
        self._lock = threading.RLock()
        self._wake, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Continue what was interrupted, and begin to watch."""
        interrupted = find_interrupted(self._journal, self._machine)
        if interrupted is not None and self._resume_interrupted:
            successor = resume(self._journal, interrupted, self._machine)
            self._queued |= set() if successor is None else {successor.id}
        self._thread.start()

    def submit(self, request: TrainingRequest) -> Run:
        """Queue a run and return it at once. Raises RunInProgress."""
        with self._lock:
            run = self._journal.create(request, self._machine)
            self._queued.add(run.id)
        self._wake.set()
        return run

    def stop(self, run_id: int) -> Run:
        """Ask an active run to stop; it ends within seconds. Raises NotFound or Conflict."""
        run = self._journal.get(run_id)
        if not run.is_active:
            raise Conflict(f"Training run {run_id} is {run.state}: there is nothing to stop.")
        self._journal.request_stop(run_id)
        self._wake.set()
        return self._journal.get(run_id)

    def active(self) -> Run | None:
        """Return the run that occupies this machine."""
        return self._journal.active(self._machine)

    def close(self) -> None:
        """Stop watching, and stop the run that this instance started, if it still goes on."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for run_id in [*self._queued, *self._children]:
            try:
                self._stop_at_close(run_id)
            except LenswrightError as exc:
                told = {"run_id": run_id}
                _log.error("run %d could not be noted as stopped: %s", run_id, exc, extra=told)

    def _keep_watch(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(self._tick_s)
            self._wake.clear()
            try:
                self._tick()
            except LenswrightError as exc:
                _log.warning("looking after training failed, trying again: %s", exc)
            except Exception:  # the thread must outlive whatever happens to one run
                _log.exception("looking after training failed, trying again")

    def _tick(self) -> None:
        with self._lock:
            for run_id in [*self._queued]:
                self._launch(run_id)
            for run_id, child in [*self._children.items()]:
                status = child.poll()
                if status is not None:
                    self._end(run_id, "failed", self._last_words(run_id, ending(status)))
                    del self._children[run_id]
            run = self.active()
        if run is not None:
            self._look_at(run)

    def _launch(self, run_id: int) -> None:
        if self._journal.get(run_id).stop_requested:
            self._end(run_id, "stopped", None)
            self._queued.discard(run_id)
            return
        self._queued.discard(run_id)
        try:
            child = self._launcher.launch(run_id)
        except OSError as exc:
            self._end(run_id, "failed", f"The training process could not be started: {exc}")
            return
        self._children[run_id] = child
        self._journal.start(run_id, child.pid)
        _log.info("training run %d started as process %d", run_id, child.pid, extra={"run_id": run_id})

    def _look_at(self, run: Run) -> None:
        if run.pid is None:
            self._look_at_queued(run)
        elif run.id not in self._children and not is_alive(run.pid, arguments(run.id)):
            self._end(run.id, "failed", self._last_words(run.id, "it vanished"))
        elif run.stop_requested and self._watch.since_s(run.id, "stop") > self._stop_grace_s:
            kill_group(run.pid)
            self._end(run.id, "stopped", None)
        elif self._watch.unchanged_s(run.id, run.heartbeat_at) > self._silence_s:
            kill_group(run.pid)
            silence = f"it gave no sign of life for {self._silence_s:g} s"
            self._end(run.id, "failed", self._last_words(run.id, silence))

    def _look_at_queued(self, run: Run) -> None:
        """End a run that another instance queued and will not start any more."""
        if run.stop_requested:
            self._end(run.id, "stopped", None)
        elif self._watch.unchanged_s(run.id, "queued") > self._orphan_s:
            self._end(run.id, "failed", "The service that queued this run ended before it began.")

    def _stop_at_close(self, run_id: int) -> None:
        child = self._children.pop(run_id, None)
        self._queued.discard(run_id)
        self._journal.request_stop(run_id)
        ends_at = time.monotonic() + self._stop_grace_s
        while child is not None and child.poll() is None and time.monotonic() < ends_at:
            time.sleep(0.05)
        if child is not None:
            child.kill()
        self._end(run_id, "stopped", "The service was shut down.")

    def _end(self, run_id: int, state: State, error: str | None) -> None:
        if self._journal.finish(run_id, state, error=error):
            level = logging.ERROR if state == "failed" else logging.INFO
            _log.log(level, "training run %d ended as %s: %s", run_id, state, error, extra={"run_id": run_id})

    def _last_words(self, run_id: int, what: str) -> str:
        tail = read_tail(self._launcher.log_file(run_id))
        return f"The training process ended early: {what}. It last said:\n{tail or '(nothing)'}"
