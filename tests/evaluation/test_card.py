"""The model card says what the manifest and the report say, and nothing else."""

from typing import Any

import numpy as np

from lenswright.evaluation.card import model_card
from lenswright.evaluation.report import evaluate


def report_of(classes: int) -> dict[str, Any]:
    random = np.random.default_rng(0)
    labels = np.arange(200) % classes
    probabilities = random.dirichlet(np.ones(classes), 200)
    names = [f"class {index}" for index in range(classes)]
    report = evaluate(probabilities, labels, names, photo_ids=range(200)).to_json()
    return report | {"verdict": {"promote": True, "reason": "Promoted: it is better."}}


OLDER_METRICS = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss", "ece", "test_photos",
                 "weighted_f1", "roc_auc")  # fmt: skip


def whole_report(classes: int) -> dict[str, Any]:
    """A report with everything that can be told of 200 photos."""
    random = np.random.default_rng(0)
    labels = np.arange(200) % classes
    names = [f"class {index}" for index in range(classes)]
    report = evaluate(
        random.dirichlet(np.ones(classes), 200), labels, names, photo_ids=range(200), temperature=2.0,
        sources=["phone"] * 150 + ["camera"] * 50, groups=[*range(100)] * 2, statuses=["accepted"] * 200,
    ).to_json()  # fmt: skip
    numbers = {
        "difference": -0.025,
        "difference_low": -0.05,
        "difference_high": 0.005,
        "gained": 3,
        "lost": 8,
    }
    return report | {"verdict": {"promote": True, "reason": "Promoted: as good.", "numbers": numbers}}


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


def test_a_card_tells_averages_parts_calibration_before_and_after_and_the_difference() -> None:
    card = model_card(manifest_of(3), whole_report(3))
    for said in ("| macro precision | 0.", "| weighted recall | 0.", "average precision, one against",
                 "before it", "| phone | 150 |", "| uncertain | 0 | - | - |", "100 groups of near-duplicates",
                 "Difference to the champion -2.5 points, 95 % interval -5.0 to +0.5 (paired bootstrap);"
                 " 3 of the photos that it gets wrong are right now, and 8 that it gets right are newly"
                 " wrong."):  # fmt: skip
        assert said in card


def test_a_card_names_the_frozen_data_set_of_a_model_that_has_one() -> None:
    manifest = manifest_of(3)
    named = manifest | {"training": manifest["training"] | {"snapshot": 12}}
    said = "They are the data set 12 of the home it was made in."
    assert said in model_card(named, report_of(3))
    assert "the home it was made in" not in model_card(manifest, report_of(3))


def test_a_card_of_an_older_report_says_what_that_report_knows() -> None:
    report = report_of(3)
    for name in ("curves", "reliability_before", "per_source", "groups", "statuses"):
        del report[name]
    report["metrics"] = {name: report["metrics"][name] for name in OLDER_METRICS}
    card = model_card(manifest_of(3), report)
    assert "| macro F1 |" in card
    assert "By source" not in card
    assert "before it" not in card


def test_the_numbers_of_the_8_bit_network_are_told_where_there_are_any() -> None:
    numbers = {"photos": 400, "accuracy_fp32": 0.99, "accuracy_int8": 0.985, "agreement": 0.993, "kept": True}
    card = model_card(manifest_of(2, int8=numbers, network="model.int8.onnx"), report_of(2))
    assert (
        "right on 98.5 % of 400 validation photos, in 32 bits on 99.0 %; 99.3 % were answered alike" in card
    )
    assert "The network (`model.int8.onnx`)" in card


def test_a_label_cannot_become_mark_up() -> None:
    label = "<img src=x>[a](javascript:b)\n\n# c"
    manifest = manifest_of(2) | {"classes": [label, "b"], "task": label}
    card = model_card(manifest, report_of(2))
    assert "<img" not in card
    assert "[a](" not in card.replace("\\[a](", "")
    assert "\n# c" not in card


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
