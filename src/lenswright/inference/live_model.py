"""The champion of every task, loaded and proven; a new one takes over without a dropped request."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from lenswright.errors import NoModel, Unavailable
from lenswright.imaging.decode import DecodeLimits
from lenswright.inference.answer_cache import AnswerCache
from lenswright.inference.answering import Answering
from lenswright.inference.bench import DEADLINE_S, Bench
from lenswright.inference.classifier import DEFAULT_LIMITS, Classifier
from lenswright.inference.explain import Explanation
from lenswright.inference.memory import give_back_memory
from lenswright.inference.prediction import Prediction
from lenswright.registry.bundle import Bundle, Bundles
from lenswright.registry.promotion import Promotion

RETRY_S = 30.0  # a refused bundle may have been repaired
TRIM_S = 5.0  # predictions leave behind what the C library keeps: some 40 MB, given back in milliseconds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Problem:
    """Why `version` does not answer; another try is due at `retry_at` (monotonic seconds)."""

    version: str
    message: str
    retry_at: float


class LiveModels:
    """Follows the champions in the database, each second, and answers with them.

    A new champion is loaded, must reproduce its golden answers (which also warms it up), and then
    replaces one reference: a request sees the old model or the new one, never half of each. While a
    champion is refused, the model before it answers.
    """

    def __init__(
        self,
        promotion: Promotion,
        bundles: Bundles,
        *,
        concurrent: int = 1,
        queue_size: int = 64,
        deadline_s: float = DEADLINE_S,
        poll_s: float = 1.0,
        load: Callable[[Bundle], Classifier] = Classifier,
        cache: AnswerCache | None = None,
    ) -> None:
        self.cache = cache or AnswerCache()
        self._promotion, self._bundles, self._load = promotion, bundles, load
        self._bench = Bench(concurrent, queue_size, deadline_s)
        self._poll_s = poll_s
        self._current: dict[str, Classifier] = {}
        self._problems: dict[str, _Problem] = {}  # by task
        self._trim_at = 0.0  # monotonic seconds
        self._looking = threading.Lock()
        self._first_look_done = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="live-models", daemon=True)

    def start(self) -> None:
        """Load the champions in a thread of its own and keep following them."""
        self._thread.start()

    def close(self) -> None:
        """Stop following, and answer no more."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()
        self._bench.close()

    @property
    def waiting(self) -> int:
        """How many photos wait for their turn to be classified."""
        return self._bench.waiting

    def ready(self) -> bool:
        """Return whether the first attempt to load every champion is over."""
        return self._first_look_done.is_set()

    def current(self, task: str) -> Classifier | None:
        """Return the model that answers for `task` in this process."""
        return self._current.get(task)

    def versions(self) -> dict[str, str]:
        """Return the version that answers in this process, by task."""
        return {task: found.manifest.version for task, found in self._current.copy().items()}

    def problem(self, task: str) -> str | None:
        """Return why the champion of `task` does not answer, or None if it does."""
        found = self._problems.get(task)
        return found.message if found else None

    def classify(
        self, task: str, data: bytes, *, limits: DecodeLimits = DEFAULT_LIMITS, top_k: int | None = None
    ) -> Prediction:
        """Return the champion's answer, with the `top_k` likeliest classes only if given.

        Raises NoModel, Overloaded or ImageError.
        """
        return self.answering(task).classify(data, limits=limits, top_k=top_k)

    def answering(self, task: str) -> Answering:
        """Return the champion for several photos: the same version answers all. Raises NoModel."""
        return Answering(self._champion(task), self._bench, self.cache)

    def explain(
        self,
        task: str,
        data: bytes,
        *,
        limits: DecodeLimits = DEFAULT_LIMITS,
        top_k: int | None = None,
        class_name: str | None = None,
    ) -> Explanation:
        """Return the champion's answer and what in the photo spoke for it, or for `class_name`.

        Raises what `classify` raises, NoExplanation or UnknownLabel.
        """
        explain = partial(self._champion(task).explain, data, limits=limits, class_name=class_name)
        explanation = self._bench.run(explain)
        return replace(explanation, prediction=explanation.prediction.first(top_k))

    def _champion(self, task: str) -> Classifier:
        classifier = self._current.get(task)
        if classifier is None:
            raise NoModel(task, self.problem(task))
        return classifier

    def refresh(self) -> None:
        """Look at the champions now and load those that changed; a bad one is remembered, not raised.

        One that was refused gets another chance. Raises StorageFailure if the champions are unknown.
        """
        self._look(patient=False)

    def _look(self, *, patient: bool) -> None:
        with self._looking:
            if time.monotonic() >= self._trim_at:
                self._trim_at = time.monotonic() + TRIM_S
                give_back_memory()
            champions = self._promotion.champions()
            for task, version in champions.items():
                self._look_at(task, version, patient=patient)
            for task in set(self._current) - set(champions):
                del self._current[task]
            self._first_look_done.set()

    def _look_at(self, task: str, version: str, *, patient: bool) -> None:
        present, problem = self._current.get(task), self._problems.get(task)
        if present is not None and present.manifest.version == version:
            self._problems.pop(task, None)
            return
        if patient and problem and problem.version == version and time.monotonic() < problem.retry_at:
            return
        try:
            self._current[task] = self._proven(task, version)
        except Exception as exc:  # whatever is wrong with one model, it must not keep the others away
            self._refuse(task, version, exc)
            if present is None:
                self._fall_back(task)
            return
        self._trim_at = 0.0  # the files were in memory; by the next look, no request uses the one before
        self._problems.pop(task, None)
        log.info("model %s serves %s", version, task, extra=_named(task, version))

    def _proven(self, task: str, version: str) -> Classifier:
        classifier = self._load(self._bundles.load(task, version))
        classifier.verify_golden()
        return classifier

    def _fall_back(self, task: str) -> None:
        """Where nothing answers, let the version do so that a rollback would bring back."""
        version = self._promotion.previous(task)
        if version is None:
            return
        try:
            self._current[task] = self._proven(task, version)
        except Exception as exc:  # as above
            told = _named(task, version)
            log.error("model %s of %s cannot take its place: %s", version, task, exc, extra=told)
            return
        told = _named(task, version)
        log.warning("model %s serves %s in place of the refused one", version, task, extra=told)

    def _refuse(self, task: str, version: str, exc: Exception) -> None:
        before = self._problems.get(task)
        wait_s = 0.0 if isinstance(exc, Unavailable) else RETRY_S
        self._problems[task] = _Problem(version, str(exc), time.monotonic() + wait_s)
        if before is None or (before.version, before.message) != (version, str(exc)):
            present = self._current.get(task)
            serving = f"{present.manifest.version} keeps serving" if present else "nothing serves"
            told = _named(task, version)
            log.error("model %s of %s is refused, %s: %s", version, task, serving, exc, extra=told)

    def _follow(self) -> None:
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                self._look(patient=True)
            except Exception as exc:  # the database is busy or away: the loaded models go on
                log.warning("the champions cannot be looked up: %s", exc)
                self._first_look_done.set()
            self._closed.wait(max(0.0, self._poll_s - (time.monotonic() - began)))


def _named(task: str, version: str) -> dict[str, str]:
    """Return the fields of a log line that is about this version."""
    return {"task": task, "model_version": version}
