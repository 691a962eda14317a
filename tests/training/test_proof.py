from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lenswright.dataset.example import Photo
from lenswright.errors import TrainingStopped
from lenswright.inference.classifier import Classifier
from lenswright.settings import load_settings
from lenswright.training.proof import REPORT_EVERY, Proof
from lenswright.training.workbench import Workbench
from tests.builders import stored_photo
from tests.models import CLASSES, photo_of, tiny_bundle


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    opened = Workbench.open(load_settings(home=tmp_path))
    yield opened
    opened.database.close()


def stored(bench: Workbench, count: int) -> list[Photo]:
    """Store photos of both classes in turn and return their records."""
    photos = []
    for number in range(count):
        photo = stored_photo(id=number, sha256=f"{number:064x}", label=CLASSES[number % 2], split="test")
        bench.uploads.write(photo.key, photo_of(number % 2, seed=number))
        photos.append(photo)
    return photos


def proof(bench: Workbench, photos: list[Photo], classes: tuple[str, ...] = tuple(CLASSES)) -> Proof:
    labels = np.array([classes.index(str(photo.label)) for photo in photos])
    return Proof(photos, labels, classes, bench, lambda _: None)


def test_a_candidate_is_measured_by_its_own_answers(bench: Workbench) -> None:
    photos = stored(bench, 20)
    report, verdict = proof(bench, photos).judge(Classifier(tiny_bundle()), None)
    assert report.accuracy == 1.0
    assert report.test_photos == 20
    assert verdict.promote


def test_a_candidate_worse_than_the_champion_is_not_promoted(bench: Workbench) -> None:
    photos = stored(bench, 40)
    contrary = Classifier(tiny_bundle(version="worse", sharpness=-4.0))
    report, verdict = proof(bench, photos).judge(contrary, Classifier(tiny_bundle()))
    assert report.accuracy == 0.0
    assert not verdict.promote
    assert "0.0 %" in verdict.reason
    assert "100.0 %" in verdict.reason


def test_a_champion_that_lacks_a_class_is_wrong_there(bench: Workbench) -> None:
    photos = stored(bench, 20)
    champion = Classifier(tiny_bundle(version="old", classes=(CLASSES[0], "something else")))
    _, verdict = proof(bench, photos).judge(Classifier(tiny_bundle()), champion)
    assert verdict.numbers["champion_accuracy"] == 0.5
    assert verdict.promote


def test_measuring_ends_when_it_is_told_to(bench: Workbench) -> None:
    photos = stored(bench, REPORT_EVERY)

    def stop(fraction: float) -> None:
        raise TrainingStopped("enough")

    labels = np.arange(len(photos)) % 2
    with pytest.raises(TrainingStopped):
        Proof(photos, labels, tuple(CLASSES), bench, stop).judge(Classifier(tiny_bundle()), None)
