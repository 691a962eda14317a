"""So many may work at once; the others wait for their turn, first come, first served."""

import threading
from collections import deque

from lenswright.errors import Overloaded, Unavailable


class Turns:
    """`places` for those who work; a caller takes one, works in its own thread, and gives it back.

    No thread is handed a job: the hop to another one and back would cost every answer two waits for
    the interpreter.
    """

    def __init__(self, places: int, deadline_s: float) -> None:
        self._free, self._deadline_s = places, deadline_s
        self._waiting: deque[threading.Lock] = deque()  # each is let go of when its turn has come
        self._lock = threading.Lock()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def take(self) -> None:
        """Take a place. Raises Overloaded when none was free in time, Unavailable in the end."""
        with self._lock:
            if self._closed:
                raise Unavailable("The service is shutting down.")
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if not turn.acquire(timeout=self._deadline_s):
            self._give_up(turn)

    def give_back(self) -> None:
        """Let the next one work."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def close(self) -> None:
        """Let nobody take a place any more, except those who wait for one."""
        with self._lock:
            self._closed = True

    def _give_up(self, turn: threading.Lock) -> None:
        with self._lock:
            if turn not in self._waiting:  # it came at the last moment
                return
            self._waiting.remove(turn)
        raise Overloaded(f"The answer was not begun within {self._deadline_s:g} s; try again shortly.")
