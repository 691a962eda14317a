from dataclasses import replace
from pathlib import Path

import pytest

from lenswright.dataset.example import Photo
from lenswright.dataset.readiness import check_trainable, unreadable
from lenswright.errors import NotEnoughPhotos, NotFound
from lenswright.imaging.decode import DecodeLimits
from tests.builders import photo, stored_photo

ONE = stored_photo()
SPLITS = ("train", "train", "train", "validation", "test")


def five(label: str) -> list[Photo]:
    return [replace(ONE, label=label, split=split) for split in SPLITS]


def test_two_classes_of_five_photos_are_enough() -> None:
    check_trainable([*five("a"), *five("b")])


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        ([], "Received: none"),
        (five("a"), "at least 2 classes. Received: a: 5"),
        ([*five("a"), ONE, replace(ONE, label="b")], "Received: b: 1, a: 6"),
        ([replace(one, split="train") for one in (*five("a"), *five("b"))], "none in validation, test"),
    ],
)
def test_what_is_not_enough_is_refused_in_numbers(photos: list[Photo], message: str) -> None:
    with pytest.raises(NotEnoughPhotos, match=message):
        check_trainable(photos)


def test_of_a_thousand_classes_those_with_too_few_photos_are_named() -> None:
    enough = [entry for number in range(1000) for entry in five(f"breed {number:03}")]
    with pytest.raises(
        NotEnoughPhotos, match=r"at least 5 different photos of each class\. Received: zebra: 2, "
    ):
        check_trainable([*enough, *five("zebra")[:2]])


def test_photos_that_are_gone_or_damaged_are_found(tmp_path: Path) -> None:
    files = {1: photo(), 2: photo()[:40]}

    def read(wanted: Photo) -> bytes:
        if wanted.id not in files:
            raise NotFound("file", wanted.id)
        return files[wanted.id]

    asked = [replace(ONE, id=number) for number in (1, 2, 3)]
    assert unreadable(asked, read, DecodeLimits()) == {2, 3}
