"""Photos of predictions in a real data set: what is kept, what anybody is asked about, what has to go."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.keeper import Keeper
from lenswright.dataset.kept_photos import PredictedPhoto
from lenswright.dataset.labelling import relabel
from lenswright.dataset.paging import Page
from lenswright.dataset.review_queue import review_page
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow, ReviewRow
from tests.builders import make_photo
from tests.dataset.conftest import NOW, Take

LATER = NOW + 60


@pytest.fixture
def keeper(database: Database, intake: Intake) -> Keeper:
    return Keeper(database, intake, most=100, clock=lambda: NOW)


def predicted(number: int = 0, **changes: Any) -> PredictedPhoto:
    """Return an uncertain prediction of `circle` for photo `number`."""
    data = make_photo("square", seed=number)
    one = PredictedPhoto(data, f"r-{number}", "shapes", "v1", "circle", 0.4, "uncertain", 0.8, 0.3, NOW)
    return replace(one, **changes)


def kinds(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ReviewRow.kind).order_by(ReviewRow.id)))


def photos(database: Database, *, binned: bool = False) -> list[PhotoRow]:
    in_bin = PhotoRow.deleted_at.is_not(None) if binned else PhotoRow.deleted_at.is_(None)
    with database.reading() as session:
        return list(session.scalars(select(PhotoRow).where(in_bin).order_by(PhotoRow.id)))


def asked(database: Database) -> list[str]:
    return [item.kind for item in review_page(database, "shapes", Page())[1]]


def test_a_photo_is_kept_without_a_label_as_an_edit_of_the_service(
    keeper: Keeper, database: Database
) -> None:
    assert keeper.keep([predicted()]) == 0
    (row,) = photos(database)
    assert (row.label, row.split, row.source) == (None, None, "predicted")
    with database.reading() as session:
        edit = session.get_one(EditRow, row.edit_id)
        (review,) = session.scalars(select(ReviewRow))
    assert (edit.action, edit.by) == ("predicted", "service")
    assert (review.photo_id, review.request_id, review.version) == (row.id, "r-0", "v1")
    assert (review.predicted_class, review.confidence) == ("circle", 0.4)
    assert (review.uncertainty, review.novelty, review.created_at) == (0.8, 0.3, NOW)


@pytest.mark.parametrize(
    ("status", "kind"), [("uncertain", "unsure"), ("unknown", "unknown"), ("accepted", "kept")]
)
def test_what_anybody_is_asked_follows_from_the_answer(
    keeper: Keeper, database: Database, status: str, kind: str
) -> None:
    keeper.keep([predicted(status=status)])
    assert kinds(database) == [kind]
    assert asked(database) == ([] if kind == "kept" else [kind])


def test_one_photo_predicted_often_is_stored_once_and_asked_about_once(
    keeper: Keeper, database: Database
) -> None:
    keeper.keep([predicted(), predicted(request_id="r-1")])
    keeper.keep([predicted(request_id="r-2", status="unknown")])
    assert (len(photos(database)), kinds(database)) == (1, ["unsure", "kept", "kept"])
    with database.reading() as session:
        assert len(session.scalars(select(EditEntryRow)).all()) == 1


def test_photos_of_several_tasks_go_to_their_own(keeper: Keeper, database: Database) -> None:
    keeper.keep([predicted(0), predicted(0, task="pets"), predicted(1)])
    assert [row.task for row in photos(database)] == ["pets", "shapes", "shapes"]


@pytest.mark.parametrize(("label", "kind"), [("circle", "kept"), ("square", "unsure")])
def test_a_photo_of_the_data_set_is_asked_about_only_if_the_prediction_contradicts_its_label(
    keeper: Keeper, database: Database, take: Take, label: str, kind: str
) -> None:
    take(Upload("a.jpg", predicted().data, label))
    keeper.keep([predicted(status="accepted")])
    assert (len(photos(database)), kinds(database)) == (1, [kind])


def test_a_label_that_a_person_confirmed_is_not_doubted_again(
    keeper: Keeper, database: Database, take: Take
) -> None:
    (taken,) = take(Upload("a.jpg", predicted().data, "square"))
    confirm_labels(database, "shapes", [taken.id or 0], by="me", clock=lambda: NOW)
    keeper.keep([predicted()])
    assert kinds(database) == ["kept"]


def test_what_was_labelled_confirmed_or_deleted_elsewhere_vanishes_from_the_queue(
    keeper: Keeper, database: Database, take: Take
) -> None:
    (taken,) = take(Upload("a.jpg", predicted(0).data, "square"))
    keeper.keep([predicted(0), predicted(1), predicted(2), predicted(3)])
    first, second, third, fourth = (row.id for row in photos(database))
    assert first == taken.id
    relabel(database, "shapes", [second], ["square"], by="me", clock=lambda: LATER)
    delete_photos(database, "shapes", [third], by="me", clock=lambda: LATER)
    confirm_labels(database, "shapes", [first], by="me", clock=lambda: LATER)
    assert [item.photo.id for item in review_page(database, "shapes", Page())[1]] == [fourth]


def test_a_photo_in_the_bin_stays_there(keeper: Keeper, database: Database, take: Take) -> None:
    data = make_photo("square", format="PNG")
    (taken,) = take(Upload("a.png", data, "square"))
    delete_photos(database, "shapes", [taken.id or 0], by="me", clock=lambda: NOW)
    same_pixels = make_photo("square", format="PNG", optimize=True)
    assert same_pixels != data
    keeper.keep([predicted(data=data), predicted(data=same_pixels)])
    assert (photos(database), kinds(database)) == ([], [])


def test_what_is_no_photo_at_all_is_left_out(keeper: Keeper, database: Database) -> None:
    assert keeper.keep([predicted(data=b"no photo"), predicted(1)]) == 0
    assert len(photos(database)) == 1


def test_beyond_the_limit_the_oldest_that_nobody_is_asked_about_goes_to_the_bin(
    database: Database, intake: Intake
) -> None:
    keeper = Keeper(database, intake, most=3, clock=lambda: LATER)
    keeper.keep([predicted(0), predicted(1, status="accepted"), predicted(2, status="accepted")])
    assert keeper.keep([predicted(3)]) == 0
    (gone,) = photos(database, binned=True)
    assert (gone.id, gone.deleted_at) == (2, LATER)
    assert kinds(database) == ["unsure", "kept", "unsure"]
    with database.reading() as session:
        edit = session.scalars(select(EditRow).where(EditRow.action == "delete")).one()
        entry = session.scalars(select(EditEntryRow).where(EditEntryRow.edit_id == edit.id)).one()
    assert (edit.by, entry.photo_id, entry.outcome) == ("service", gone.id, "deleted")


def test_where_all_wait_for_a_person_no_more_are_kept_and_that_is_counted(
    database: Database, intake: Intake
) -> None:
    keeper = Keeper(database, intake, most=2, clock=lambda: NOW)
    assert keeper.keep([predicted(0, status="accepted"), predicted(1), predicted(2), predicted(3)]) == 2
    assert kinds(database) == ["unsure", "unsure"]
    assert keeper.keep([predicted(4)]) == 1
    assert (len(photos(database)), photos(database, binned=True)) == (2, [])


def test_a_photo_with_a_label_or_still_asked_about_is_not_binned_for_room(
    database: Database, intake: Intake, take: Take
) -> None:
    take(Upload("a.jpg", predicted(0).data, "circle"))
    keeper = Keeper(database, intake, most=3, clock=lambda: LATER)
    keeper.keep([predicted(0, status="accepted"), predicted(1), predicted(1, status="accepted")])
    assert keeper.keep([predicted(2), predicted(3)]) == 0
    assert photos(database, binned=True) == []
    assert kinds(database) == ["unsure", "unsure", "unsure"]


def test_what_was_labelled_since_makes_room_and_keeps_its_label(database: Database, intake: Intake) -> None:
    keeper = Keeper(database, intake, most=1, clock=lambda: LATER)
    keeper.keep([predicted(0)])
    (row,) = photos(database)
    relabel(database, "shapes", [row.id], ["square"], by="me", clock=lambda: LATER)
    assert keeper.keep([predicted(1)]) == 0
    assert [row.label for row in photos(database)] == ["square", None]


def test_nothing_is_kept_with_a_limit_of_zero(database: Database, intake: Intake) -> None:
    assert Keeper(database, intake, most=0, clock=lambda: NOW).keep([predicted(0), predicted(1)]) == 2
    assert photos(database) == []
