"""Answers given a while ago, by what the photo's bytes are and which version answered. No files, no model."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from lenswright.inference.prediction import Prediction

ENTRY_BYTES = 1_500  # of one answer without its classes: key, places in the tables, the Prediction itself
CLASS_BYTES = 100  # of one class and its probability; the names belong to the model


@dataclass(frozen=True)
class CacheCounts:
    """Answers found and not found since the start; what is kept now, in answers and bytes."""

    hits: int
    misses: int
    entries: int
    bytes: int


@dataclass(frozen=True)
class AnswerKey:
    """Which answer: of a photo with this SHA-256, for `task`, by `version`."""

    sha256: bytes
    task: str
    version: str


class AnswerCache:
    """At most `limit_bytes` of answers, none older than `max_age_s`; those unused for longest go first.

    With a limit of 0 it is off: nothing is kept, hashed or counted. A promotion needs no clearing: the
    new version's keys are others, and the old answers are pushed out or grow too old. Whole answers are
    kept, so that one serves every `top_k`. `clock` in seconds. Safe between threads.
    """

    def __init__(
        self, limit_bytes: int = 0, max_age_s: float = 300, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit_bytes, self._max_age_s, self._clock = limit_bytes, max_age_s, clock
        self._kept: OrderedDict[AnswerKey, tuple[Prediction, float]] = OrderedDict()
        self._bytes = self._hits = self._misses = 0
        self._lock = threading.Lock()

    def answer(self, data: bytes, task: str, version: str, ask: Callable[[], Prediction]) -> Prediction:
        """Return the answer kept for the photo `data`, marked as `cached`, or that of `ask`, to keep it.

        Raises what `ask` raises, which is not kept.
        """
        if not self._limit_bytes:
            return ask()
        key = AnswerKey(hashlib.sha256(data).digest(), task, version)
        found = self._find(key)
        if found is not None:
            return replace(found, cached=True, decode_ms=0.0, inference_ms=0.0, queue_ms=0.0)
        prediction = ask()
        self._keep(key, prediction)
        return prediction

    def counts(self) -> CacheCounts:
        """Return what was found so far, and what is kept."""
        with self._lock:
            return CacheCounts(self._hits, self._misses, len(self._kept), self._bytes)

    def _find(self, key: AnswerKey) -> Prediction | None:
        with self._lock:
            prediction, kept_at = self._kept.get(key, (None, 0.0))
            if prediction is not None and self._clock() - kept_at >= self._max_age_s:
                self._drop(key)
                prediction = None
            if prediction is None:
                self._misses += 1
                return None
            self._kept.move_to_end(key)
            self._hits += 1
            return prediction

    def _keep(self, key: AnswerKey, prediction: Prediction) -> None:
        with self._lock:
            if key in self._kept:  # two asked at once
                self._drop(key)
            self._kept[key] = prediction, self._clock()
            self._bytes += size_of(prediction)
            while self._bytes > self._limit_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: AnswerKey) -> None:
        prediction, _ = self._kept.pop(key)
        self._bytes -= size_of(prediction)


def size_of(prediction: Prediction) -> int:
    """Return about how many bytes a kept answer takes."""
    return ENTRY_BYTES + CLASS_BYTES * len(prediction.probabilities)
