"""Photos of predictions on their way into the data set: filed by a thread, never by a prediction."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Wanted = Literal["no", "unsure", "all"]

QUEUE_PHOTOS, QUEUE_BYTES = 200, 64_000_000  # also what a shutdown has to wait for
BATCH_PHOTOS = 50
GATHER_S = 2.0  # what comes within it is one edit and one commit
REST = 4.0  # times as long as it worked: at most a fifth of the time is taken from predictions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PredictedPhoto:
    """A photo's bytes and what was answered; `status` as in a Prediction, `at` in epoch seconds."""

    data: bytes
    request_id: str
    task: str
    version: str
    predicted_class: str
    confidence: float
    status: str
    uncertainty: float
    novelty: float
    at: float


class KeptPhotos:
    """A bounded queue and the thread that empties it; the thread begins with the first photo.

    `wanted`: `no` photo is kept, those of answers that were not accepted (`unsure`), or `all`. `keep` files
    photos and returns how many there was no room for. What is not filed, for whatever reason, counts
    as `dropped`.
    """

    def __init__(
        self,
        keep: Callable[[Sequence[PredictedPhoto]], int],
        wanted: Wanted,
        *,
        queue_photos: int = QUEUE_PHOTOS,
        queue_bytes: int = QUEUE_BYTES,
        gather_s: float = GATHER_S,
        rest: float = REST,
    ) -> None:
        self._keep, self._wanted = keep, wanted
        self._gather_s, self._rest = gather_s, rest
        self._most_photos, self._most_bytes = queue_photos, queue_bytes
        self._waiting: deque[PredictedPhoto] = deque()
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._filing = threading.Lock()  # while held, photos are neither waiting nor in the data set yet
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.dropped = 0

    def wants(self, status: str) -> bool:
        """Return whether the photo of an answer with this status is to be kept."""
        return self._wanted == "all" or (self._wanted == "unsure" and status != "accepted")

    def add(self, photo: PredictedPhoto) -> None:
        """Keep a photo, soon; never waits and never fails."""
        with self._changed:
            is_full = len(self._waiting) >= self._most_photos
            if is_full or self._waiting_bytes + len(photo.data) > self._most_bytes or self._closed.is_set():
                self.dropped += 1
                return
            self._waiting.append(photo)
            self._waiting_bytes += len(photo.data)
            self._begin()
            self._changed.notify_all()

    def settle(self, request_id: str) -> None:
        """File the photo of this request now if it still waits, for whoever cannot wait for it."""
        with self._filing:
            with self._changed:
                found = [photo for photo in self._waiting if photo.request_id == request_id]
                for photo in found:
                    self._waiting.remove(photo)
                    self._waiting_bytes -= len(photo.data)
            self._file(found)

    def close(self) -> None:
        """File what still waits and end the thread."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._file_until_closed, name="kept-photos", daemon=True)
            self._thread.start()

    def _file_until_closed(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed.is_set())
                if not self._waiting:
                    return
            self._closed.wait(self._gather_s)
            began = time.monotonic()
            with self._filing:
                self._file(self._next())
            self._closed.wait(self._rest * (time.monotonic() - began))

    def _next(self) -> list[PredictedPhoto]:
        with self._changed:
            count = min(len(self._waiting), BATCH_PHOTOS)
            batch = [self._waiting.popleft() for _ in range(count)]
            self._waiting_bytes -= sum(len(photo.data) for photo in batch)
            return batch

    def _file(self, batch: Sequence[PredictedPhoto]) -> None:
        try:
            lost = self._keep(batch) if batch else 0
        except Exception as exc:  # whatever is wrong with some photos, the next ones are still to be kept
            log.warning("%d photos of predictions were not kept: %s", len(batch), exc)
            lost = len(batch)
        with self._changed:
            self.dropped += lost
