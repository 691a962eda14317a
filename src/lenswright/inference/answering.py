"""One version that answers, from when it was taken until it is let go, whatever is promoted meanwhile."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from lenswright.errors import ImageError, LenswrightError
from lenswright.imaging.decode import DecodeLimits
from lenswright.inference.answer_cache import AnswerCache
from lenswright.inference.bench import Bench
from lenswright.inference.classifier import DEFAULT_LIMITS, Classifier
from lenswright.inference.prediction import Prediction

PhotoOrRefusal = bytes | LenswrightError
Answered = Prediction | LenswrightError


class Answering:
    """A loaded model with the threads that compute and the answers that are kept."""

    def __init__(self, classifier: Classifier, bench: Bench, cache: AnswerCache) -> None:
        self._classifier, self._bench, self._cache = classifier, bench, cache
        self.task, self.version = classifier.manifest.task, classifier.manifest.version

    def classify(
        self, data: bytes, *, limits: DecodeLimits = DEFAULT_LIMITS, top_k: int | None = None
    ) -> Prediction:
        """Return the answer, with the `top_k` likeliest classes only if given.

        Raises Overloaded or ImageError. A kept answer waits for no turn.
        """
        ask = partial(self._ask_in_turn, data, limits)
        return self._cache.answer(data, self.task, self.version, ask).first(top_k)

    def _ask_in_turn(self, data: bytes, limits: DecodeLimits) -> Prediction:
        asked = time.perf_counter()

        def classify() -> Prediction:
            waited_ms = (time.perf_counter() - asked) * 1e3
            return replace(self._classifier.classify(data, limits=limits), queue_ms=waited_ms)

        return self._bench.run(classify)

    def classify_each(
        self,
        photos: Iterable[PhotoOrRefusal],
        *,
        limits: DecodeLimits = DEFAULT_LIMITS,
        top_k: int | None = None,
    ) -> Iterator[Answered]:
        """Yield the answer to each photo, in order, or why it has none; few photos are in memory at once.

        A refusal among `photos` stands for itself. Raises Overloaded if too many batches are in work.
        """

        def work(photo: PhotoOrRefusal) -> Callable[[], Answered]:
            return partial(self._answer_or_refuse, photo, limits, top_k)

        return self._bench.run_each(map(work, photos))

    def _answer_or_refuse(self, photo: PhotoOrRefusal, limits: DecodeLimits, top_k: int | None) -> Answered:
        if isinstance(photo, LenswrightError):
            return photo
        ask = partial(self._classifier.classify, photo, limits=limits)
        try:
            return self._cache.answer(photo, self.task, self.version, ask).first(top_k)
        except ImageError as exc:
            return exc
