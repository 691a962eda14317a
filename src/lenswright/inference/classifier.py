"""A bundle in, answers out: the serving path, also used to measure a candidate. No Flask, no Keras."""

import logging
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenswright.errors import BundleRefused, NoExplanation, UnknownLabel
from lenswright.imaging.decode import RGB, DecodeLimits
from lenswright.imaging.framing import decode_framed
from lenswright.inference.explain import Explanation, activation_map, overlay
from lenswright.inference.nearest import Neighbourhood
from lenswright.inference.prediction import AnswerStatus, Prediction, novelty_of, uncertainty_of
from lenswright.inference.session import open_session
from lenswright.registry.bundle import NETWORK, Bundle
from lenswright.registry.golden import golden_frames

GOLDEN_TOLERANCE = 1e-3  # other CPUs round differently, wrong weights differ by far more
DEFAULT_LIMITS = DecodeLimits()
ANSWER = ["probabilities", "embedding"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Answer:
    """Raw outputs: probabilities (N, C), embeddings (N, D), feature_maps (N, h, w, D), all float32."""

    probabilities: Floats
    embeddings: Floats
    feature_maps: Floats


class Classifier:
    """One loaded model; safe to call from several threads. `network` is the file that answers."""

    def __init__(self, bundle: Bundle) -> None:
        """Load the network. Raises BundleRefused."""
        self.manifest = bundle.manifest
        self.network = bundle.manifest.network
        self._session = open_session(bundle.onnx)
        self._fallback = bundle.fallback  # until the golden answers are reproduced
        self._head = bundle.head
        self._neighbourhood = None if bundle.reference is None else Neighbourhood(bundle.reference)

    def answer(self, frames: RGB) -> Answer:
        """Return the outputs for uint8 (N, S, S, 3)."""
        return Answer(*self._session.run([*ANSWER, "feature_map"], {"images": frames}))

    def classify(self, data: bytes, *, limits: DecodeLimits = DEFAULT_LIMITS) -> Prediction:
        """Return the prediction for a photo's bytes. Raises ImageError."""
        return self._ask(data, limits)[0]

    def explain(
        self, data: bytes, *, limits: DecodeLimits = DEFAULT_LIMITS, class_name: str | None = None
    ) -> Explanation:
        """Return the prediction and what spoke for `class_name`, by default the predicted class.

        Raises NoExplanation if the bundle has no head, UnknownLabel for another class, ImageError.
        """
        if self._head is None:
            raise NoExplanation(self.manifest.version)
        if class_name is not None and class_name not in self.manifest.classes:
            raise UnknownLabel(
                f"Expected a class of the model {self.manifest.version}. Received: {class_name!r}."
            )
        prediction, framed, (feature_maps,) = self._ask(data, limits, "feature_map")
        name = class_name or prediction.predicted_class
        index = self.manifest.classes.index(name)
        activation = activation_map(feature_maps[0], self._head.kernel, index)
        return Explanation(prediction, name, overlay(framed, activation))

    def _ask(self, data: bytes, limits: DecodeLimits, *more: str) -> tuple[Prediction, RGB, list[Floats]]:
        """Return the prediction for a photo, the photo as framed, and `more` outputs of the network."""
        began = time.perf_counter()
        framed = decode_framed(data, self.manifest.input_spec, limits=limits)
        decoded = time.perf_counter()
        images = {"images": framed[None]}  # (S, S, 3) -> (1, S, S, 3)
        probabilities, embedding, *others = self._session.run([*ANSWER, *more], images)
        times_ms = (decoded - began) * 1e3, (time.perf_counter() - decoded) * 1e3
        return self._predict(probabilities[0], embedding, *times_ms), framed, others

    def _predict(
        self, probabilities: Floats, embedding: Floats, decode_ms: float, inference_ms: float
    ) -> Prediction:
        order = np.argsort(-probabilities, kind="stable")
        classes = self.manifest.classes
        ranked = tuple((classes[index], float(probabilities[index])) for index in order)
        confidence, distance = ranked[0][1], self.distance(embedding)
        return Prediction(
            task=self.manifest.task,
            version=self.manifest.version,
            predicted_class=ranked[0][0],
            confidence=confidence,
            probabilities=ranked,
            status=self.status(confidence, distance),
            decode_ms=decode_ms,
            inference_ms=inference_ms,
            distance=distance,
            uncertainty=uncertainty_of(confidence, len(ranked)),
            novelty=novelty_of(distance, self.manifest.unknown_distance),
        )

    def distance(self, embedding: Floats) -> float | None:
        """Return the cosine distance 0..2 of the embedding (1, D) to the training photos, if it has any."""
        return None if self._neighbourhood is None else float(self._neighbourhood.distance(embedding)[0])

    def status(self, confidence: float, distance: float | None) -> AnswerStatus:
        """Return what to make of an answer of this confidence 0..1, given at this `distance`."""
        limit = self.manifest.unknown_distance
        if distance is not None and limit is not None and distance > limit:
            return "unknown"
        return "accepted" if confidence >= self.manifest.accept_threshold else "uncertain"

    def verify_golden(self) -> None:
        """Raise BundleRefused unless the network answers its golden frames as it did when it was made.

        An int8 network that does not, because this CPU multiplies otherwise, hands over to the float32 one.
        """
        try:
            self._verify("probabilities")
        except BundleRefused as exc:
            if self._fallback is None:
                raise
            told = {"task": self.manifest.task, "model_version": self.manifest.version}
            log.warning("%s serves instead of %s: %s", NETWORK, self.network, exc, extra=told)
            self._session, self.network = open_session(self._fallback), NETWORK
            self._verify("fallback")
        self._fallback = None

    def _verify(self, rows: str) -> None:
        """Raise BundleRefused unless the golden frames are answered with the manifest's `rows`."""
        golden = self.manifest.golden
        expected = np.asarray(golden[rows], np.float32)
        frames = golden_frames(self.manifest.input_spec, int(golden["seed"]), len(expected))
        try:
            # One at a time, as in serving: a batch would leave its buffers behind for good.
            answers = [self.answer(frame[None]) for frame in frames]
            if self._neighbourhood is not None:
                self._neighbourhood.distance(answers[0].embeddings)  # fails unless both have one width
            if self._head is not None:  # the same for the depth and the classes
                activation_map(answers[0].feature_maps[0], self._head.kernel, len(self.manifest.classes) - 1)
        except Exception as exc:  # ONNX Runtime's own errors share no base but Exception
            raise BundleRefused(f"The model {self.manifest.version} cannot answer: {exc}") from exc
        found = np.concatenate([answer.probabilities for answer in answers])
        if found.shape != expected.shape or not np.allclose(found, expected, rtol=0, atol=GOLDEN_TOLERANCE):
            raise BundleRefused(
                f"The model {self.manifest.version} does not reproduce its golden answers. Expected:"
                f" {_shown(expected)}. Received: {_shown(found)}."
            )


def _shown(probabilities: Floats) -> str:
    """Return the first row's first answers, short enough for a message."""
    first = ", ".join(f"{value:.4f}" for value in probabilities.reshape(-1)[:5].tolist())
    return f"{first}... {probabilities.shape}"
