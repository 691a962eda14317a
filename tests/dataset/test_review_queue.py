"""In which order a person is asked."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert

from lenswright.dataset.edit_history import edits_page
from lenswright.dataset.feedback import Feedback, FeedbackDesk
from lenswright.dataset.intake import Intake, Upload
from lenswright.dataset.paging import Page
from lenswright.dataset.refusals import UnknownPrediction
from lenswright.dataset.review_decisions import Decision, decide
from lenswright.dataset.review_queue import review_page, to_review
from lenswright.dataset.reviews import feedback_counts
from lenswright.dataset.suggestions import Suggestion, replace_suggestions
from lenswright.errors import Conflict
from lenswright.storage.database import Database
from lenswright.storage.dataset_tables import ReviewRow
from tests.builders import make_photo
from tests.dataset.conftest import NOW, Take

DECISIONS = [
    Decision(confirm=True),
    Decision(drop=True),
    *(Decision(label, allow_new_label=True) for label in ("circle", "triangle", "star")),
]


@pytest.fixture
def photo_ids(take: Take) -> list[int]:
    """The photos 1 to 6: two squares, the others without a label."""
    labels = ["square", "square", None, None, None, None]
    uploads = [Upload("a.jpg", make_photo(seed=n), label) for n, label in enumerate(labels)]
    return [result.id or 0 for result in take(*uploads)]


def ask(database: Database, photo_id: int | None, uncertainty: float, novelty: float, **changes: Any) -> None:
    row = {
        "task": "shapes", "kind": "unsure", "photo_id": photo_id, "request_id": f"r-{photo_id}",
        "version": "v1", "predicted_class": "circle", "confidence": 0.5, "suggested": None,
        "uncertainty": uncertainty, "novelty": novelty, "created_at": NOW, "by": "service",
    }  # fmt: skip
    with database.writing() as session:
        session.execute(insert(ReviewRow), [row | changes])


def order(database: Database, **options: Any) -> list[int]:
    return [item.photo.id for item in review_page(database, "shapes", Page(), **options)[1]]


def test_it_is_ranked_by_uncertainty_times_novelty(database: Database, photo_ids: list[int]) -> None:
    ask(database, photo_ids[2], 0.9, 0.2)
    ask(database, photo_ids[3], 0.6, 0.6)
    ask(database, photo_ids[4], 0.2, 0.8)
    assert order(database) == [photo_ids[3], photo_ids[2], photo_ids[4]]
    scores = [item.score for item in review_page(database, "shapes", Page())[1]]
    assert scores == pytest.approx([0.36, 0.18, 0.16])


def test_a_confident_answer_to_a_strange_photo_does_not_come_last(
    database: Database, photo_ids: list[int]
) -> None:
    ask(database, photo_ids[2], 0.0, 1.0, kind="unknown")
    ask(database, photo_ids[3], 0.5, 0.15)
    assert order(database) == [photo_ids[2], photo_ids[3]]


def test_a_plain_label_error_ranks_among_the_strangest_photos(
    database: Database, photo_ids: list[int]
) -> None:
    ask(database, photo_ids[2], 0.9, 1.0, kind="unknown")
    ask(database, photo_ids[3], 0.5, 0.4)
    found = [
        Suggestion(photo_ids[0], "square", "circle", self_confidence=0.05, confidence=0.9, score=0.7),
        Suggestion(photo_ids[1], "square", "circle", self_confidence=0.45, confidence=0.5, score=0.9),
    ]
    replace_suggestions(database, "shapes", found, run_id=None, now=NOW)
    assert order(database) == [photo_ids[2], photo_ids[0], photo_ids[1], photo_ids[3]]
    assert order(database, kind="label_error") == [photo_ids[0], photo_ids[1]]
    assert order(database, kind="unknown") == [photo_ids[2]]
    assert to_review(database, "shapes") == 4


def test_feedback_comes_first_and_what_asks_nobody_does_not_come(
    database: Database, photo_ids: list[int]
) -> None:
    ask(database, photo_ids[2], 1.0, 1.0)
    ask(database, photo_ids[3], 0.1, 0.1, kind="feedback", suggested="circle")
    ask(database, photo_ids[4], 1.0, 1.0, kind="kept")
    ask(database, None, 1.0, 1.0, kind="feedback")
    ask(database, photo_ids[5], 1.0, 1.0, decided_at=NOW, decision="accepted")
    assert order(database) == [photo_ids[3], photo_ids[2]]


def test_one_decision_answers_all_that_was_asked_about_a_photo(
    database: Database, photo_ids: list[int]
) -> None:
    ask(database, photo_ids[2], 0.5, 0.5)
    ask(database, photo_ids[2], 0.5, 0.5, kind="kept")
    ask(database, photo_ids[2], 0.5, 0.5, kind="feedback", suggested="circle")
    (first, *_) = review_page(database, "shapes", Page())[1]
    decided = decide(database, first.id, Decision("square"), by="me", classes=(), clock=lambda: NOW)
    assert (decided.decision, order(database)) == ("accepted", [])
    with database.reading() as session:
        assert {row.decision for row in session.query(ReviewRow)} == {"accepted"}


def test_of_several_people_who_decide_at_once_the_first_does(
    database: Database, photo_ids: list[int]
) -> None:
    ask(database, photo_ids[0], 0.5, 0.5, created_at=NOW + 1)
    (item,) = review_page(database, "shapes", Page())[1]
    together = Barrier(len(DECISIONS))

    def decide_together(decision: Decision) -> str:
        together.wait()
        try:
            return decide(
                database, item.id, decision, by="one of them", classes=(), clock=lambda: NOW
            ).decision
        except Conflict:
            return "too late"

    with ThreadPoolExecutor(len(DECISIONS)) as people:
        said = [*people.map(decide_together, DECISIONS)]
    assert said.count("too late") == len(DECISIONS) - 1
    _, edits = edits_page(database, "shapes", photo_id=photo_ids[0])
    assert [edit.by for edit in edits if edit.action != "upload"] == ["one of them"]


def test_the_model_is_held_against_what_was_decided(database: Database, photo_ids: list[int]) -> None:
    for photo_id in photo_ids[2:5]:
        ask(database, photo_id, 0.5, 0.5, kind="feedback", suggested="square")
    assert vars(feedback_counts(database, "shapes", "v1")) == {"right": 0, "wrong": 3}
    first, second, _ = review_page(database, "shapes", Page())[1]
    decide(database, first.id, Decision("circle", allow_new_label=True), by="me", classes=())
    decide(database, second.id, Decision(drop=True), by="me", classes=())
    assert vars(feedback_counts(database, "shapes", "v1")) == {"right": 1, "wrong": 1}
    assert vars(feedback_counts(database, "shapes", "v2")) == {"right": 0, "wrong": 0}


def test_a_second_thought_takes_the_place_of_the_first(
    database: Database, intake: Intake, photo_ids: list[int]
) -> None:
    ask(database, photo_ids[2], 0.5, 0.5)
    desk = FeedbackDesk(database, intake, clock=lambda: NOW)
    named = "r-3"
    first = desk.take(Feedback("shapes", "square", named), by="me", classes=("circle", "square"))
    second = desk.take(Feedback("shapes", "Circle", named), by="me", classes=("circle", "square"))
    assert (first.review_id, first.right, first.waits) == (second.review_id, False, True)
    assert (second.right, second.waits, second.photo_id) == (True, False, photo_ids[2])
    assert vars(feedback_counts(database, "shapes", "v1")) == {"right": 1, "wrong": 0}


def test_feedback_on_a_prediction_of_another_task_is_not_found(
    database: Database, intake: Intake, photo_ids: list[int]
) -> None:
    ask(database, photo_ids[2], 0.5, 0.5)
    desk = FeedbackDesk(database, intake)
    with pytest.raises(UnknownPrediction, match="'pets' for the request 'r-3'"):
        desk.take(Feedback("pets", "square", "r-3"), by="me", classes=("square",))
