"""Threads that work for the event loop, and the line of those who wait for one."""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Result = TypeVar("Result")


class Full(Exception):
    """The line is as long as it may be."""


class Late(OSError):
    """No thread was free before the deadline; an OSError, as reading a body may raise it."""


@dataclass(frozen=True)
class Job:
    """What is to be done, who waits for it, and when that begins to be too late, in seconds of the loop."""

    work: Callable[[], Any]
    done: "asyncio.Future[Any]"
    deadline: float


class Threads:
    """Up to `most` threads, started when they are needed; up to `queue_size` jobs wait for one.

    Everything but the work itself happens on the event loop, so that nothing here needs a lock.
    """

    def __init__(self, most: int, queue_size: int, deadline_s: float, name: str) -> None:
        self._most, self._queue_size, self._deadline_s = most, queue_size, deadline_s
        self._name = name
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()  # never more than there are free threads
        self._line: deque[Job] = deque()
        self._started = self._busy = 0

    @property
    def waiting(self) -> int:
        """How many jobs wait for a thread."""
        return len(self._line)

    def run(self, work: Callable[[], Result]) -> "asyncio.Future[Result]":
        """Return what will be the result of `work`. Raises Full; awaiting it may raise Late."""
        loop = asyncio.get_running_loop()
        job = Job(work, loop.create_future(), loop.time() + self._deadline_s)
        if self._busy < self._most:
            self._begin(job)
        elif len(self._line) < self._queue_size:
            self._line.append(job)
            if len(self._line) == 1:
                loop.call_at(job.deadline, self._dismiss_late, loop)
        else:
            raise Full
        return job.done

    def _begin(self, job: Job) -> None:
        self._busy += 1
        self._jobs.put(job)
        if self._started < self._busy:
            self._started += 1
            name = f"{self._name}-{self._started}"
            threading.Thread(target=self._work, args=(job.done.get_loop(),), name=name, daemon=True).start()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            job = self._jobs.get()
            result, error = None, None
            try:
                result = job.work()
            except BaseException as exc:
                error = exc
            try:
                loop.call_soon_threadsafe(self._end, job, result, error)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return
            del job, result, error  # an idle thread keeps nothing alive

    def _end(self, job: Job, result: Any, error: BaseException | None) -> None:
        self._busy -= 1
        if job.done.cancelled():
            pass
        elif error is not None:
            job.done.set_exception(error)
        else:
            job.done.set_result(result)
        while self._line and self._busy < self._most:
            self._begin(self._line.popleft())

    def _dismiss_late(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._line and self._line[0].deadline <= loop.time():
            job = self._line.popleft()
            if not job.done.cancelled():
                job.done.set_exception(Late())
        if self._line:
            loop.call_at(self._line[0].deadline, self._dismiss_late, loop)
