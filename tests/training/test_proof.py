from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lenswright.dataset.example import Photo
from lenswright.errors import NotEnoughPhotos, TrainingStopped
from lenswright.inference.classifier import Classifier
from lenswright.settings import load_settings
from lenswright.training.answers import Answers
from lenswright.training.proof import REPORT_EVERY, Measured, Proof
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
        photo = stored_photo(
            id=number,
            sha256=f"{number:064x}",
            pixel_sha256=f"{number:064x}",
            label=CLASSES[number % 2],
            split="test",
        )
        bench.uploads.write(photo.key, photo_of(number % 2, seed=number))
        photos.append(photo)
    return photos


def proof(bench: Workbench, photos: list[Photo], classes: tuple[str, ...] = tuple(CLASSES)) -> Proof:
    labels = np.array([classes.index(str(photo.label)) for photo in photos])
    return Proof(photos, labels, classes, bench, lambda _: None)


def judged(held_out: Proof, candidate: Classifier, champion: Classifier | None = None) -> Measured:
    return held_out.judge(candidate, champion, Answers({}), 1000)


def test_a_candidate_is_measured_by_its_own_answers(bench: Workbench) -> None:
    photos = stored(bench, 20)
    found = judged(proof(bench, photos), Classifier(tiny_bundle()))
    assert found.report.metrics["accuracy"] == 1.0
    assert found.report.metrics["test_photos"] == 20
    assert found.verdict.promote
    assert found.latency_ms > 0


def test_a_candidate_worse_than_the_champion_is_not_promoted(bench: Workbench) -> None:
    photos = stored(bench, 40)
    contrary = Classifier(tiny_bundle(version="worse", sharpness=-4.0))
    found = judged(proof(bench, photos), contrary, Classifier(tiny_bundle()))
    assert found.report.metrics["accuracy"] == 0.0
    assert not found.verdict.promote
    assert "0.0 %" in found.verdict.reason
    assert "100.0 %" in found.verdict.reason


def test_the_photos_that_a_candidate_changes_are_named(bench: Workbench) -> None:
    photos = stored(bench, 20)
    champion = Classifier(tiny_bundle(version="old", classes=(CLASSES[0], "something else")))
    changed = judged(proof(bench, photos), Classifier(tiny_bundle()), champion).changes
    assert changed is not None
    assert sorted(changed.fixed) == list(range(1, 20, 2))
    assert (changed.newly_wrong, changed.compared_with) == ((), "old")
    assert judged(proof(bench, photos), Classifier(tiny_bundle())).changes is None


def test_a_photo_that_cannot_be_read_changes_nothing(bench: Workbench) -> None:
    photos = stored(bench, 8)
    bench.uploads.write(photos[2].key, b"damaged since")
    contrary = Classifier(tiny_bundle(version="worse", sharpness=-4.0))
    changed = judged(proof(bench, photos), contrary, Classifier(tiny_bundle())).changes
    assert changed is not None
    assert sorted(changed.newly_wrong) == [0, 1, 3, 4, 5, 6, 7]


def test_a_champion_that_lacks_a_class_is_wrong_there(bench: Workbench) -> None:
    photos = stored(bench, 20)
    champion = Classifier(tiny_bundle(version="old", classes=(CLASSES[0], "something else")))
    verdict = judged(proof(bench, photos), Classifier(tiny_bundle()), champion).verdict
    assert verdict.numbers["champion_accuracy"] == 0.5
    assert verdict.promote


def test_measuring_ends_when_it_is_told_to(bench: Workbench) -> None:
    photos = stored(bench, REPORT_EVERY)

    def stop(fraction: float) -> None:
        raise TrainingStopped("enough")

    labels = np.arange(len(photos)) % 2
    with pytest.raises(TrainingStopped):
        judged(Proof(photos, labels, tuple(CLASSES), bench, stop), Classifier(tiny_bundle()))


def test_a_champion_repeats_what_it_answered_before_and_is_asked_only_what_is_new(bench: Workbench) -> None:
    photos = stored(bench, 20)
    before = judged(proof(bench, photos[:12]), Classifier(tiny_bundle())).answers
    champion, asked = Classifier(tiny_bundle(version="old")), []
    answer = champion.answer
    champion.answer = lambda frames: (asked.append(len(frames)), answer(frames))[1]  # type: ignore[method-assign]
    candidate = Classifier(tiny_bundle())
    found = proof(bench, photos).judge(candidate, champion, before, 1000)
    assert sum(asked) == 8
    assert found.verdict.numbers["champion_accuracy"] == 1.0


def test_a_test_photo_that_cannot_be_read_is_left_out(bench: Workbench) -> None:
    photos = stored(bench, 20)
    bench.uploads.write(photos[3].key, b"damaged since")
    found = judged(proof(bench, photos), Classifier(tiny_bundle()), Classifier(tiny_bundle(version="old")))
    assert found.report.metrics["test_photos"] == 19
    assert len(found.answers.by_pixels) == 19


def test_without_any_readable_test_photo_there_is_no_verdict(bench: Workbench) -> None:
    photos = stored(bench, 4)
    for photo in photos:
        bench.uploads.write(photo.key, b"damaged since")
    with pytest.raises(NotEnoughPhotos, match="None of them can be read"):
        judged(proof(bench, photos), Classifier(tiny_bundle()))
