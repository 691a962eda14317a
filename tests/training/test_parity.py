"""A difference is noticed: in a probability, in a class, and where there is no number at all."""

import numpy as np
import pytest

from lenswright.errors import ExportFailed
from lenswright.training.parity import check_alike

NEAR = np.array([[0.5001, 0.4999]], np.float32)
NAMES = {"name": "The copy", "original": "the model"}


def test_parity_notices_another_class_even_within_the_tolerance() -> None:
    with pytest.raises(ExportFailed, match="1 of 1 different"):
        check_alike(NEAR[:, ::-1], NEAR, 1e-3, **NAMES)
    assert check_alike(NEAR, NEAR, 1e-3, **NAMES) == 0.0


def test_parity_notices_probabilities_that_are_no_numbers() -> None:
    with pytest.raises(ExportFailed, match=r"The copy differs from the model.*nan"):
        check_alike(np.full((1, 2), np.nan, np.float32), NEAR, 1e-3, **NAMES)
