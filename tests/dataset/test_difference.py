"""New, relabelled and removed photos since a model, and the sentence that says so."""

import pytest

from lenswright.dataset.difference import Difference, since_model, snapshot_since_model
from lenswright.dataset.snapshots import freeze
from lenswright.dataset.statistics import labelled_photos
from lenswright.storage.database import Database
from tests.dataset.history import TASK, add_photo, bin_, change, learn


def test_what_changed_since_a_model_is_counted_now_and_in_a_snapshot(database: Database) -> None:
    kept, corrected, binned, unlabelled, unused = (add_photo(database, name) for name in "pqrst")
    learn(database, "v1")
    assert since_model(database, TASK, "v1") == Difference(0, 0, 0)
    change(database, corrected, label="b")
    bin_(database, binned)
    change(database, unlabelled, label=None)
    change(database, unused, split="unused")
    for name in "xyz":
        add_photo(database, name)
    add_photo(database, "no label yet", None, None)
    assert since_model(database, TASK, "v1") == Difference(3, 1, 3)
    frozen = freeze(database, TASK, labelled_photos(database, TASK))
    bin_(database, kept)
    assert snapshot_since_model(database, frozen, "v1") == Difference(3, 1, 3)
    assert since_model(database, TASK, "v1") == Difference(3, 1, 4)


def test_without_a_model_or_its_data_nothing_can_be_said(database: Database) -> None:
    add_photo(database, "p")
    frozen = learn(database, "v1")
    for version in (None, "shipped"):
        assert since_model(database, TASK, version) is None
        assert snapshot_since_model(database, frozen, version) is None


def test_everything_may_be_gone(database: Database) -> None:
    photo = add_photo(database, "p")
    learn(database, "v1")
    bin_(database, photo)
    assert since_model(database, TASK, "v1") == Difference(0, 0, 1)


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (Difference(31, 4, 0), "31 new photos and 4 corrected labels"),
        (Difference(1, 1, 1), "1 new photo, 1 corrected label and 1 photo removed"),
        (Difference(0, 0, 2), "0 new photos, 0 corrected labels and 2 photos removed"),
    ],
)
def test_a_difference_says_itself(difference: Difference, words: str) -> None:
    assert str(difference) == words
