"""Doubted labels: replaced by the next check, and gone once a person has decided."""

from collections.abc import Callable

import pytest

from lenswright.dataset.bin import delete_photos
from lenswright.dataset.confirmation import confirm_labels
from lenswright.dataset.intake import Upload
from lenswright.dataset.labelling import relabel
from lenswright.dataset.paging import Page
from lenswright.dataset.suggestions import Suggestion, replace_suggestions, suggestions_page
from lenswright.storage.database import Database
from tests.builders import make_photos
from tests.dataset.conftest import NOW, Take

TASK, FIRST = "shapes", Page()


@pytest.fixture
def doubted(take: Take, database: Database) -> Database:
    """Four photos called circles, each of which a check thinks a square."""
    take(*(Upload(str(n), data, "circle") for n, data in enumerate(make_photos(4))))
    replace_suggestions(database, TASK, [doubt(n, n / 10) for n in (1, 2, 3, 4)], run_id=7, now=NOW)
    return database


def doubt(photo_id: int, score: float) -> Suggestion:
    return Suggestion(photo_id, "circle", "square", 0.1, 0.8, score)


def listed(database: Database, page: Page = FIRST) -> list[int]:
    return [photo.id for photo, _ in suggestions_page(database, TASK, page)[1]]


def test_the_most_doubtful_come_first_page_by_page(doubted: Database) -> None:
    assert listed(doubted) == [4, 3, 2, 1]
    assert [listed(doubted, Page(number, 3)) for number in (1, 2, 3)] == [[4, 3, 2], [1], []]
    total, found = suggestions_page(doubted, TASK, Page(2, 3))
    assert (total, found[0][1]) == (4, doubt(1, 0.1))
    assert suggestions_page(doubted, "others", Page()) == (0, [])


@pytest.mark.parametrize(
    "decide",
    [
        lambda database: relabel(database, TASK, [3], ["square"], by="me"),
        lambda database: delete_photos(database, TASK, [3], by="me"),
        lambda database: confirm_labels(database, TASK, [3], by="me"),
    ],
)
def test_what_a_person_decided_about_is_no_longer_doubted(
    doubted: Database, decide: Callable[[Database], object]
) -> None:
    decide(doubted)
    assert listed(doubted) == [4, 2, 1]
    assert suggestions_page(doubted, TASK, Page())[0] == 3


def test_a_later_check_replaces_all_of_its_task_and_no_other(doubted: Database, take: Take) -> None:
    other = take(Upload("x", make_photos(1, first_seed=30)[0], "circle"), task="others")[0].id
    assert other is not None
    replace_suggestions(doubted, "others", [doubt(other, 0.5)], run_id=None, now=NOW)
    replace_suggestions(doubted, TASK, [doubt(2, 0.9)], run_id=8, now=NOW)
    assert listed(doubted) == [2]
    replace_suggestions(doubted, TASK, [], run_id=9, now=NOW)
    assert listed(doubted) == []
    assert suggestions_page(doubted, "others", Page())[0] == 1
