"""Where answers are computed: single jobs and lists of jobs take turns, neither starves the other."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from lenswright.errors import Overloaded, Unavailable
from lenswright.inference.turns import Turns

AHEAD = 2  # jobs of lists per place: one computes, the next is at hand when it ends
MOST_LISTS = 4  # each holds a request thread for as long as it takes, and single jobs need some, too
DEADLINE_S = 30.0

Result = TypeVar("Result")


class Bench:
    """`places` jobs compute at once, first come, first served.

    Up to `queue_size` more single jobs wait, the next is refused, and so is one that waited longer than
    `deadline_s`. All lists together have at most `AHEAD * places` jobs among those that wait or compute:
    a single job waits for no more of them than that, however long the lists are.

    A single job is computed by the thread that brings it, those of lists by threads of their own.
    """

    def __init__(self, places: int, queue_size: int, deadline_s: float = DEADLINE_S) -> None:
        self._turns = Turns(places, deadline_s)
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="predict")
        self._free = threading.Semaphore(places + queue_size)
        self._free_for_lists = threading.Semaphore(AHEAD * places)
        self._lists = threading.Semaphore(MOST_LISTS)

    @property
    def waiting(self) -> int:
        """How many jobs wait for their turn."""
        return self._turns.waiting

    def run(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns, when its turn has come.

        Raises Overloaded when the queue is full, or the turn did not come before the deadline.
        """
        if not self._free.acquire(blocking=False):
            raise Overloaded("More predictions are waiting than the queue holds; try again shortly.")
        try:
            return self._in_turn(work)
        finally:
            self._free.release()

    def _in_turn(self, work: Callable[[], Result]) -> Result:
        self._turns.take()
        try:
            return work()
        finally:
            self._turns.give_back()

    def run_each(self, works: Iterable[Callable[[], Result]]) -> Iterator[Result]:
        """Yield what each of `works` returns, in their order; each is asked for when its turn is near.

        Raises Overloaded, before anything is computed, when `MOST_LISTS` are in work.
        """
        if not self._lists.acquire(blocking=False):
            raise Overloaded(f"{MOST_LISTS} batches are in work already; try again shortly.")
        try:
            yield from self._in_order(works)
        finally:
            self._lists.release()

    def _in_order(self, works: Iterable[Callable[[], Result]]) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        for work in works:
            waiting.append(self._submit_of_list(work))
            while waiting and waiting[0].done():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _submit_of_list(self, work: Callable[[], Result]) -> Future[Result]:
        self._free_for_lists.acquire()
        try:
            future = self._threads.submit(self._in_turn, work)
        except RuntimeError as exc:  # how a closed pool says so
            self._free_for_lists.release()
            raise Unavailable("The service is shutting down.") from exc
        future.add_done_callback(lambda _: self._free_for_lists.release())
        return future

    def close(self) -> None:
        """Finish what waits and end the threads."""
        self._threads.shutdown()
        self._turns.close()
