import pytest

from lenswright.dataset.example import Photo
from lenswright.errors import NotEnoughPhotos
from lenswright.training.split_photos import SplitPhotos
from tests.builders import stored_photo

SPLITS = ("train", "train", "train", "validation", "test")


def photos(labels: str) -> list[Photo]:
    """Return five photos for each letter of `labels`, spread over the splits."""
    return [
        stored_photo(id=10 * number + index, label=label, split=split)
        for number, label in enumerate(labels)
        for index, split in enumerate(SPLITS)
    ]


def test_photos_are_sorted_by_split_and_classes_by_name() -> None:
    split = SplitPhotos.of(photos("ba"))
    assert split.classes == ("a", "b")
    assert [len(part) for part in (split.train, split.validation, split.test)] == [6, 2, 2]
    assert split.labels(split.test).tolist() == [1, 0]


def test_unreadable_photos_are_left_out() -> None:
    split = SplitPhotos.of(photos("aab"))
    assert {photo.id for photo in split.without({0, 1}).train} == {photo.id for photo in split.train} - {0, 1}


def test_too_few_readable_photos_are_refused_with_the_counts() -> None:
    with pytest.raises(NotEnoughPhotos, match="a: 4, b: 5"):
        SplitPhotos.of(photos("ab")).without({0})
