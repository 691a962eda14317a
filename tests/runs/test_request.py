"""A training request accepts what it documents and names what it refuses."""

from typing import Any

import pytest
from pydantic import ValidationError

from lenswright.errors import InputRefused
from lenswright.runs.request import TrainingRequest

RUN_ID = "a whole number from 1 to 4611686018427387904"
NAME = "a name of 1 to 100 characters without a slash"
REFUSED: dict[str, tuple[str, list[Any]]] = {
    "task": (NAME, ["", "  ", "a/b", "x" * 101, 7, None, ["cats"]]),
    "kind": ("one of train, retrain, tune, compare, export, check", ["", "promote", None, ["train"], {}]),
    "preset": ("one of fast, best, scratch", ["huge", "", None, ["fast"], {}, 1]),
    "backbone": ("one of auto, mobilenet_v2, ", ["mobilenet", "", None, ["auto"], 2]),
    "weights": ("one of auto, file, imagenet, bundled, none", ["/etc/passwd", None, [], False]),
    "size_px": ("a whole number from 64 to 320", [63, 321, 1000, 160.0, "160", True]),
    "epochs": ("a whole number from 1 to 1000", [0, 1001, -1, "ten", "3", True, 2.5, None, [5], 10**30]),
    "batch_size": ("a whole number from 4 to 512", [3, 513, 64.0]),
    "learning_rate": ("a number from 1e-07 to 10", [0, -1, 10.1, "0.1", True, float("inf")]),
    "weight_decay": ("a number from 0 to 1", [-0.1, 1.1, "0"]),
    "dropout": ("a number from 0 to 0.9", [0.95, -0.1, float("nan"), 10**400, None, "0.2", False]),
    "label_smoothing": ("a number from 0 to 0.5", [0.51, -1]),
    "mixup": ("a number from 0 to 2", [2.1, -0.1, float("-inf")]),
    "views": ("a whole number from 1 to 16", [0, 17, 1.5]),
    "patience": ("a whole number from 1 to 1000", [0, 1001]),
    "class_weights": ("true or false", ["yes", 1, 0, None]),
    "mirror": ("true or false", ["yes", 1, 0, None]),
    "fine_tune_epochs": ("a whole number from 1 to 100", [0, 101]),
    "fine_tune_share": ("a number from 0.01 to 1", [0, 1.01]),
    "fine_tune_rate": ("a number from 1e-07 to 1", [0, 1.5]),
    "layer_decay": ("a number from 0.1 to 1", [0, 1.5]),
    "schedule": ("one of cosine, plateau", ["linear", None]),
    "warm_up": ("a number from 0 to 0.5", [-0.1, 0.6]),
    "flip": ("true or false", ["true", 1]),
    "rotation_degrees": ("a number from 0 to 45", [-1, 46]),
    "zoom": ("a number from 0 to 0.9", [-1, 1]),
    "shift": ("a number from 0 to 0.5", [-0.5, 0.6]),
    "colour": ("a number from 0 to 0.9", [-0.5, 1]),
    "randaugment": ("a whole number from 0 to 4", [-1, 5, 0.5]),
    "minutes": ("a number from 0.01 to 10080", [0, 10_081, "5"]),
    "seed": ("a whole number from 0 to 2147483647", [-1, 2**31, 10**30, None]),
    "false_reject": ("a number from 0 to 0.2", [-0.1, 0.3]),
    "int8": ("true or false", ["no", 0]),
    "resume_run": (RUN_ID, [0, -1, 2**62 + 1, "1", 1.0, True]),
    "snapshot": (RUN_ID, [0, -1, 2**62 + 1, "1", 1.0, True]),
    "trials": ("a whole number from 1 to 200", [0, 201]),
    "configurations": ("a list of 1 to 20 objects", [[], [{}] * 21, {"preset": "fast"}, "fast", [3], None]),
    "version": (NAME, [None, "", "a/b", "../x", 3]),
    "formats": (
        "a list of 1 to 2 of saved_model, tflite",
        [[], ["onnx"], "tflite", None, ["tflite"] * 3, [1]],
    ),
}
KIND_OF = {"trials": "tune", "configurations": "compare", "version": "export", "formats": "export"}
FULL: dict[str, Any] = {"export": {"version": "v1"}, "compare": {"configurations": [{"preset": "best"}]}}


def asked(kind: str) -> dict[str, Any]:
    """Return the least that a request of `kind` has to say."""
    return {"kind": kind, **FULL.get(kind, {})}


def test_an_empty_request_trains_the_default_task() -> None:
    assert TrainingRequest.from_json({}) == TrainingRequest()


@pytest.mark.parametrize("kind", ["train", "retrain", "tune", "compare", "export"])
def test_a_request_survives_its_json(kind: str) -> None:
    request = TrainingRequest.from_json(asked(kind) | {"task": "birds", "size_px": 160, "minutes": 2.5})
    assert (request.task, request.kind, request.size_px, request.minutes) == ("birds", kind, 160, 2.5)
    assert TrainingRequest.from_json(request.to_json()) == request


def test_a_check_has_few_fields() -> None:
    request = TrainingRequest.from_json({"kind": "check", "task": "birds", "weights": "none", "seed": 3})
    assert TrainingRequest.from_json(request.to_json()) == request
    with pytest.raises(InputRefused, match=r"only the fields task, kind, backbone, .* also: epochs\."):
        TrainingRequest.from_json({"kind": "check", "epochs": 3})


def test_a_whole_number_is_a_number() -> None:
    dropout = TrainingRequest.from_json({"dropout": 0}).dropout
    assert (dropout, type(dropout)) == (0.0, float)


def test_blanks_around_a_name_do_not_count() -> None:
    assert TrainingRequest.from_json({"task": " birds "}).task == "birds"


def test_a_request_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        TrainingRequest().epochs = 5  # type: ignore[misc]


def test_every_field_is_looked_at_below() -> None:
    assert set(REFUSED) == set(TrainingRequest.model_fields)


@pytest.mark.parametrize(
    ("field", "value"), [(name, value) for name, (_, bad) in REFUSED.items() for value in bad]
)
def test_a_bad_value_is_refused_by_name_with_what_was_expected(field: str, value: Any) -> None:
    with pytest.raises(InputRefused) as refused:
        TrainingRequest.from_json(asked(KIND_OF.get(field, "train")) | {field: value})
    assert f"Expected '{field}' to be {REFUSED[field][0]}" in str(refused.value)
    assert f"Received: {repr(value)[:200]}" in str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputRefused) as refused:
        TrainingRequest.from_json({"epochs": 0, "seed": "x"})
    assert str(refused.value) == (
        "Expected 'epochs' to be a whole number from 1 to 1000. Received: 0."
        " Expected 'seed' to be a whole number from 0 to 2147483647. Received: 'x'."
    )


def test_an_unknown_field_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputRefused, match=r"only the fields task, kind, .* Received also: epoch\."):
        TrainingRequest.from_json({"epoch": 3})


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("trials", 5, "train"),
        ("trials", 5, "compare"),
        ("configurations", [{}], "tune"),
        ("version", "v1", "retrain"),
        ("formats", ["tflite"], "train"),
        ("snapshot", 1, "retrain"),
        ("snapshot", 1, "export"),
    ],
)
def test_a_field_of_another_kind_of_run_is_refused(field: str, value: Any, kind: str) -> None:
    with pytest.raises(InputRefused, match=f"Received also: {field}\\.") as refused:
        TrainingRequest.from_json(asked(kind) | {field: value})
    assert f" {field}," not in str(refused.value).split("Received")[0]


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (
            {"epochs": 0},
            "Expected 'configurations[1].epochs' to be a whole number from 1 to 1000. Received: 0.",
        ),
        ({"backbone": "alexnet"}, "Expected 'configurations[1].backbone' to be one of auto, "),
        ({"task": "birds"}, "in 'configurations[1]'. Received also: task."),
        ({"kind": "tune"}, "in 'configurations[1]'. Received also: kind."),
        ({"configurations": []}, "in 'configurations[1]'. Received also: configurations."),
        ({"resume_run": 1}, "in 'configurations[1]'. Received also: resume_run."),
    ],
)
def test_a_bad_configuration_is_refused_with_its_place(configuration: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefused) as refused:
        TrainingRequest.from_json({"kind": "compare", "configurations": [{"preset": "fast"}, configuration]})
    assert words in str(refused.value)


def test_a_configuration_changes_what_all_share() -> None:
    configurations = [{"preset": "best", "epochs": 5}, {}]
    shared = {"kind": "compare", "task": "birds", "epochs": 9, "seed": 3, "resume_run": 4}
    comparison = TrainingRequest.from_json(shared | {"configurations": configurations})
    first, second = (comparison.configured(one) for one in comparison.configurations)
    assert first.to_json() == TrainingRequest(task="birds", preset="best", epochs=5, seed=3).to_json()
    assert second.to_json() == TrainingRequest(task="birds", epochs=9, seed=3).to_json()


def test_a_request_of_another_version_is_restored_with_what_is_known_and_allowed_today() -> None:
    stored = TrainingRequest(epochs=7, seed=4).to_json() | {
        "since_removed": 1,
        "dropout": 0.95,
        "preset": "old",
    }
    assert TrainingRequest.restored(stored) == TrainingRequest(epochs=7, seed=4)
