import numpy as np
import pytest

from lenswright.training.head import LabelledFeatures, LinearHead
from lenswright.training.int8 import LARGEST_LOSS, LEAST_AGREEMENT, compare

HEAD = LinearHead(np.eye(2, dtype=np.float32), np.zeros(2, np.float32), 1, 0.1, 1.0)
PHOTOS = 1000


def seen(changed: int, *, wrong: int = 0) -> LabelledFeatures:
    """Return embeddings whose first `wrong` answers are wrong, and the last `changed` others too."""
    labels = np.arange(PHOTOS) % 2
    answers = labels.copy()
    answers[:wrong] = 1 - answers[:wrong]
    if changed:
        answers[-changed:] = 1 - answers[-changed:]
    return LabelledFeatures(np.eye(2, dtype=np.float32)[answers], labels)


@pytest.mark.parametrize(("changed", "kept"), [(0, True), (3, True), (4, False), (30, False)])
def test_8_bits_serve_only_while_they_cost_next_to_nothing(changed: int, kept: bool) -> None:
    numbers = compare(HEAD, seen(0), seen(changed))
    assert numbers["kept"] is kept
    assert numbers["accuracy_fp32"] - numbers["accuracy_int8"] == pytest.approx(changed / PHOTOS)
    assert numbers["photos"] == PHOTOS


def test_8_bits_that_answer_otherwise_do_not_serve_even_if_as_often_right() -> None:
    full, small = seen(0, wrong=12), seen(12)
    numbers = compare(HEAD, full, small)
    assert numbers["accuracy_fp32"] == numbers["accuracy_int8"]
    assert numbers["agreement"] == pytest.approx(1 - 24 / PHOTOS)
    assert numbers["kept"] is False


def test_the_limits_are_those_the_readme_states() -> None:
    assert (LARGEST_LOSS, LEAST_AGREEMENT) == (0.003, 0.99)
