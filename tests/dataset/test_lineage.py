"""From a photo to the models that saw it, and from a model to the photos that were forgotten since."""

from lenswright.dataset.lineage import (
    PHOTOS_AT_ONCE,
    Sighting,
    forgotten_photos,
    models_that_saw,
    versions_that_saw,
)
from lenswright.storage.database import Database
from lenswright.storage.tables import VersionRow
from tests.dataset.history import TASK, add_photo, change, forget, learn


def test_the_models_that_saw_a_photo_are_told_newest_first_as_it_was_then(database: Database) -> None:
    photo = add_photo(database, "p")
    first = learn(database, "v1", at=100)
    change(database, photo, label="b", split="test")
    later = add_photo(database, "q")
    second = learn(database, "v2", at=200)
    assert models_that_saw(database, photo.id) == [
        Sighting("v2", 2, second, "test", "b", 200),
        Sighting("v1", 1, first, "train", "a", 100),
    ]
    assert [seen.version for seen in models_that_saw(database, later.id)] == ["v2"]
    assert models_that_saw(database, 99) == []


def test_the_models_that_saw_any_of_many_photos_are_told_once(database: Database) -> None:
    photos = [add_photo(database, f"p{number}") for number in range(3)]
    learn(database, "v1", photos[:2], at=100)
    learn(database, "v2", photos[1:], at=200)
    nobody = range(1_000, 1_000 + PHOTOS_AT_ONCE)
    assert versions_that_saw(database, [photos[0].id, *nobody, photos[1].id]) == ["v1", "v2"]
    assert versions_that_saw(database, [photos[2].id]) == ["v2"]
    assert versions_that_saw(database, []) == []


def test_forgotten_photos_are_counted_for_each_model_that_saw_them(database: Database) -> None:
    photos = [add_photo(database, f"p{number}") for number in range(3)]
    learn(database, "v1", photos, at=100)
    learn(database, "v2", photos[:1], at=200)
    assert forgotten_photos(database, TASK) == {}
    forget(database, photos[1])
    forget(database, photos[2])
    assert forgotten_photos(database, TASK) == {"v1": 2}
    assert forgotten_photos(database, "another task") == {}


def test_a_model_copied_from_another_home_saw_nothing_of_ours(database: Database) -> None:
    photo = add_photo(database, "p")
    learn(database, "v1", at=100)
    with database.writing() as session:
        for version, at in (("older", 50.0), ("younger", 500.0)):
            session.add(
                VersionRow(
                    version=version, task=TASK, created_at=at, origin="trained", run_id=1, summary="{}"
                )
            )
    assert [seen.version for seen in models_that_saw(database, photo.id)] == ["v1"]
