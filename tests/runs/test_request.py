"""A training request accepts what it documents and names what it refuses."""

from typing import Any

import pytest

from lenswright.errors import InputRefused
from lenswright.runs.request import TrainingRequest


def test_an_empty_request_trains_the_default_task() -> None:
    assert TrainingRequest.from_json({}) == TrainingRequest()


def test_a_request_survives_its_json() -> None:
    request = TrainingRequest(task="birds", kind="retrain", size_px=160, learning_rate=0.01, minutes=2.5)
    assert TrainingRequest.from_json(request.to_json()) == request


def test_a_whole_number_is_a_number() -> None:
    assert TrainingRequest.from_json({"dropout": 0}).dropout == 0.0


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("epochs", 0, "a whole number from 1 to 1000"),
        ("epochs", "ten", "a whole number from 1 to 1000"),
        ("epochs", True, "a whole number from 1 to 1000"),
        ("epochs", 2.5, "a whole number from 1 to 1000"),
        ("size_px", 1000, "a whole number from 64 to 320"),
        ("dropout", 0.95, "a number from 0 to 0.9"),
        ("dropout", float("nan"), "a number from 0 to 0.9"),
        ("learning_rate", -1, "a number from 1e-07 to 10"),
        ("preset", "huge", "one of fast, scratch"),
        ("preset", ["fast"], "one of fast, scratch"),
        ("preset", {}, "one of fast, scratch"),
        ("class_weights", "yes", "true or false"),
        ("task", "", "a name of 1 to 100 characters"),
        ("task", "a/b", "a name of 1 to 100 characters"),
        ("seed", 10**30, "a whole number from 0"),
        ("seed", None, "a whole number from 0"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_what_was_expected(field: str, value: Any, expected: str) -> None:
    with pytest.raises(InputRefused) as refused:
        TrainingRequest.from_json({field: value})
    assert f"Expected '{field}' to be {expected}" in str(refused.value)
    assert f"Received: {value!r}" in str(refused.value)


def test_an_unknown_field_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputRefused, match=r"only the fields task, kind, .* Received also: epoch\."):
        TrainingRequest.from_json({"epoch": 3})


def test_a_request_of_another_version_is_restored_without_what_is_unknown() -> None:
    stored = TrainingRequest(epochs=7).to_json() | {"since_removed": 1}
    assert TrainingRequest.restored(stored) == TrainingRequest(epochs=7)
