"""What would help a data set most, in numbers and in a few plain sentences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lenswright.evaluation.learning_curve import ClassGain, CurvePoint, LearningCurve

PAIRS = 20  # confused classes that are listed
FLAT = 0.003  # gained by twice as many photos: less is not worth collecting them
FEW_MISTAKES = 5  # of one pair of classes: fewer are no pattern
NAMED = 3


@dataclass(frozen=True)
class Advice:
    """`pairs`: (truth, predicted, count). `doubts`: how many labels look wrong. Labels are names."""

    classes: tuple[str, ...]
    curve: LearningCurve
    pairs: Sequence[tuple[int, int, int]]
    doubts: int

    def to_json(self) -> dict[str, Any]:
        """Return the curve, the classes with the most to gain first, the pairs and the words."""
        return {
            "curve": [{"photos": point.photos, "accuracy": point.accuracy} for point in self.curve.points],
            "classes": [
                {
                    "label": self.classes[one.label],
                    "photos": one.photos,
                    "recall": one.recall,
                    "gain": one.gain,
                }
                for one in self._by_gain()
            ],
            "pairs": [
                {"truth": self.classes[truth], "predicted": self.classes[predicted], "count": count}
                for truth, predicted, count in self.pairs
            ],
            "words": self.words(),
        }

    def words(self) -> list[str]:
        """Return two to four sentences, the most useful first."""
        said = [self._doubted()] if self.doubts else []
        gained = _doubling(self.curve.points)
        rises = gained > max(FLAT, _chance(self.curve.points[-1]))
        said.append(_grown(self.curve.points[-1], gained) if rises else _flat(self.curve.points[-1]))
        best = [one for one in self._by_gain() if one.gain > FLAT and one.recall < 1][:NAMED]
        if rises and best and len(self.classes) > 2:
            said.append(f"More photos of {self._listed(best)} would help most.")
        if self.pairs and self.pairs[0][2] >= FEW_MISTAKES:
            truth, predicted, count = self.pairs[0]
            said.append(
                f"The most frequent mistake is `{self.classes[predicted]}` for `{self.classes[truth]}`:"
                f" {count} photos. More photos of both, where they look alike, teach the difference."
            )
        return said

    def _by_gain(self) -> list[ClassGain]:
        return sorted(self.curve.classes, key=lambda one: (-one.gain, one.recall))

    def _doubted(self) -> str:
        labels = "1 label is" if self.doubts == 1 else f"{self.doubts} labels are"
        return (
            f"{labels} doubtful. Look at the most doubtful first: wrong ones cost accuracy, and blur what is"
            " measured."
        )

    def _listed(self, chosen: Sequence[ClassGain]) -> str:
        return ", ".join(f"`{self.classes[one.label]}` ({one.recall:.0%} right)" for one in chosen)


def _doubling(points: Sequence[CurvePoint]) -> float:
    """Return what the last doubling of the photos brought, 0 if there is none to compare."""
    last = points[-1]
    half = [point for point in points if 2 * point.photos <= last.photos + 1]
    return last.accuracy - half[-1].accuracy if half else 0.0


def _chance(point: CurvePoint) -> float:
    """Return the standard error of an accuracy: what another draw of photos would change anyway."""
    return math.sqrt(point.accuracy * (1 - point.accuracy) / max(point.photos, 1))


def _grown(last: CurvePoint, gained: float) -> str:
    return (
        f"More photos help: twice as many brought {100 * gained:.1f} points, to {last.accuracy:.1%} with"
        f" {last.photos}. The next doubling should bring somewhat less."
    )


def _flat(last: CurvePoint) -> str:
    return (
        f"The learning curve is flat: {last.accuracy:.1%} with {last.photos} photos, and half of them do as"
        " well. More of the same would change little; better labels, photos of another kind or another"
        " backbone might."
    )
