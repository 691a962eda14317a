"""The model card says what the manifest and the report say, and nothing else."""

from typing import Any

import numpy as np
import pytest

from lenswright.evaluation.card import model_card
from lenswright.evaluation.licence import licence_note
from lenswright.evaluation.report import evaluate


def report_of(classes: int) -> dict[str, Any]:
    random = np.random.default_rng(0)
    labels = np.arange(200) % classes
    probabilities = random.dirichlet(np.ones(classes), 200)
    names = [f"class {index}" for index in range(classes)]
    report = evaluate(probabilities, labels, names, photo_ids=range(200)).to_json()
    return report | {"verdict": {"promote": True, "reason": "Promoted: it is better."}}


def manifest_of(classes: int, **changes: Any) -> dict[str, Any]:
    return {
        "task": "cats-vs-dogs",
        "version": "20261121-070501-3fa2",
        "classes": [f"class {index}" for index in range(classes)],
        "input_spec": {"size_px": 160, "framing": "crop"},
        "backbone": "mobilenet_v2",
        "preset": "fast",
        "weights": "file mobilenet.h5",
        "temperature": 1.25,
        "accept_threshold": 0.71,
        "unknown_distance": 0.43,
        "data_hash": "abc123",
        "code_version": "0.1.0",
        "created_at": 1_795_000_000.0,
        "parity": 3e-7,
        "training": {
            "request": {"epochs": 60, "minutes": None},
            "photos": {"train": 80, "validation": 10, "test": 200},
            "seconds": {"fitting": 3.21},
        },
        **changes,
    }


def test_a_card_shows_accuracy_with_interval_thresholds_recipe_and_the_verdict() -> None:
    report = report_of(3)
    card = model_card(manifest_of(3), report)

    metrics = report["metrics"]
    assert f"{metrics['accuracy'] * 100:.1f} %" in card
    assert f"{metrics['accuracy_low'] * 100:.1f} % to {metrics['accuracy_high'] * 100:.1f} %" in card
    for said in ("160 px, crop", "80 train, 10 validation, 200 test", "| epochs | 60 |", "abc123", "0.430",
                 "| seconds of fitting | 3.2 |", "71.0 %", "3e-07", "Promoted: it is better."):  # fmt: skip
        assert said in card
    assert "minutes" not in card


def test_every_table_row_has_as_many_cells_as_its_header() -> None:
    report = report_of(3)
    report["per_class"][0]["label"] = "a|b"
    report["confusion_matrix"]["classes"][0] = "a|b"
    card = model_card(manifest_of(3), report)
    assert "| a\\|b |" in card
    tables = [block.splitlines() for block in card.split("\n\n") if block.startswith("|")]
    assert len(tables) == 5
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1


def test_the_confusion_matrix_of_two_classes_is_whole_and_of_many_is_its_worst_pairs() -> None:
    report = report_of(2)
    row = report["confusion_matrix"]["counts"][0]
    assert f"| class 0 | {row[0]} | {row[1]} |" in model_card(manifest_of(2), report)

    many = report_of(50)
    worst = many["most_confused"][0]
    card = model_card(manifest_of(50), many)
    assert "The most frequent mistakes" in card
    assert f"| {worst['label']} | {worst['predicted']} | {worst['count']} |" in card
    assert "right class among the first five" in card


def test_undefined_numbers_are_dashes_and_a_missing_check_for_unknown_photos_is_said() -> None:
    labels = np.zeros(4, int)
    report = evaluate(
        np.array([[0.9, 0.1]] * 4), labels, ["class 0", "class 1"], photo_ids=range(4)
    ).to_json()
    card = model_card(manifest_of(2, unknown_distance=None, training={}), report)
    assert "| class 1 | - | - | - | 0 |" in card
    assert "Photos: not recorded" in card
    assert "not checked for being unlike" in card


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("ImageNet weights downloaded by Keras", "non-commercial research"),
        ("file mobilenet.h5", "cannot know it"),
        ("backbone of model 20261121-070501-3fa2 (file x.h5)", "see its card"),
        ("trained here from random weights; teacher: no teacher", "No foreign weights"),
        ("trained here from random weights; teacher: file x.h5", "A teacher's answers guided it"),
    ],
)
def test_the_licence_note_follows_the_weights(weights: str, said: str) -> None:
    assert said in licence_note(weights)
    assert ("teacher's answers" in licence_note(weights)) == ("teacher: file" in weights)
