"""A place among the requests that are worked on, for one whose thread also waits for its client."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lenswright.http_worker.threads import Late


class Place:
    """One of the places that `working` counts: held while the app works, not while it waits for bytes."""

    def __init__(self, working: threading.Semaphore, deadline_s: float) -> None:
        self._working, self._deadline_s = working, deadline_s
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the place for as long as the block lasts. Raises Late if none was free in time."""
        self._take()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Leave it to others for as long as the block lasts. Raises Late if none is free in time after it."""
        self._leave()
        yield
        self._take()

    def _take(self) -> None:
        if not self._working.acquire(timeout=self._deadline_s):
            raise Late("No place was free in time.")
        self._held = True

    def _leave(self) -> None:
        if self._held:
            self._held = False
            self._working.release()
