"""The parts of the benchmarks of learning that could lie: how strangers are told apart, what is drawn."""

import numpy as np
import pytest

from benchmarks.large_data import CLASSES, draw, drawn
from benchmarks.unknown import Seen, separation, served

KNOWN = np.linspace(0.0, 1.0, 101, dtype=np.float32)


def test_strangers_beyond_all_known_photos_are_told_apart_fully() -> None:
    found = separation(KNOWN, np.full(7, 2.0, np.float32))
    assert found == {"auroc": 1.0, "rejected_at_2%": 1.0, "rejected_at_5%": 1.0}


def test_strangers_like_the_known_photos_are_not_told_apart() -> None:
    found = separation(KNOWN, KNOWN)
    assert found["auroc"] == pytest.approx(0.5)
    assert found["rejected_at_2%"] == pytest.approx(0.02, abs=0.001)
    assert found["rejected_at_5%"] == pytest.approx(0.05, abs=0.001)


def test_what_the_model_itself_rejects_follows_its_own_limit() -> None:
    nothing = np.empty((0, 2), np.float32)
    ours, theirs = Seen(nothing, KNOWN), Seen(nothing, KNOWN + 0.5)
    assert served(ours, theirs, 0.9) == {"known_rejected": 0.099, "others_rejected": 0.5941}
    assert served(ours, theirs, None) is None


def test_drawn_photos_come_in_order_with_the_label_of_their_number() -> None:
    uploads = list(drawn(2 * CLASSES))
    assert [upload.data for upload in uploads] == [draw(number) for number in range(2 * CLASSES)]
    assert {upload.label for upload in uploads} == {f"class-{number}" for number in range(CLASSES)}
    assert len({upload.data for upload in uploads}) == 2 * CLASSES
