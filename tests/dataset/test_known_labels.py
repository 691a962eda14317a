"""Which labels a task has."""

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.intake import Upload
from lenswright.dataset.known_labels import known_labels
from lenswright.storage.database import Database
from tests.builders import make_photo
from tests.dataset.conftest import Take


def test_the_labels_of_a_task_are_those_of_its_present_photos(database: Database, take: Take) -> None:
    labels = ["square", "circle", None, "square", "star"]
    uploads = [Upload("a.jpg", make_photo(seed=n), label) for n, label in enumerate(labels)]
    *_, star = take(*uploads)
    delete_photos(database, "shapes", [int(star.id or 0)], by="me")
    with database.reading() as session:
        assert known_labels(session, "shapes") == ["circle", "square"]
        assert known_labels(session, "others") == []
