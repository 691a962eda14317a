"""One report from probabilities and labels, of two classes or a thousand."""

import json

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import accuracy_score, f1_score, log_loss

from lenswright.errors import InputRefused, NotEnoughPhotos
from lenswright.evaluation.calibration import expected_calibration_error, reliability
from lenswright.evaluation.report import evaluate


@pytest.mark.parametrize("classes", [2, 6, 1000])
def test_a_report_of_any_number_of_classes_is_json_and_agrees_with_scikit_learn(classes: int) -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, classes, 1500)  # of 1000 classes, many have no photo
    probabilities = random.dirichlet(np.ones(classes), 1500).astype(np.float32)
    probabilities[np.arange(1500), labels] += {2: 0.3, 6: 0.3, 1000: 0.005}[classes]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)

    report = evaluate(probabilities, labels, [str(i) for i in range(classes)], photo_ids=range(1500))
    record = json.loads(json.dumps(report.to_json(), allow_nan=False))

    metrics = record["metrics"]
    assert metrics["accuracy"] == pytest.approx(accuracy_score(labels, predicted))
    assert metrics["accuracy_low"] < metrics["accuracy"] < metrics["accuracy_high"]
    present = np.unique(labels)
    expected = f1_score(labels, predicted, labels=present, average="macro")
    assert metrics["macro_f1"] == pytest.approx(expected)
    assert ("top5" in metrics) == (classes > 5)
    assert np.sum(record["confusion_matrix"]["counts"]) == metrics["test_photos"] == 1500
    assert len(record["per_class"]) == classes


def test_mistakes_name_their_photos_the_surest_first_and_at_most_500() -> None:
    probabilities = np.array([[0.6, 0.4], [0.9, 0.1], [0.2, 0.8]])
    report = evaluate(probabilities, np.array([1, 1, 1]), ["cat", "dog"], photo_ids=[11, 12, 13])
    assert [(wrong.photo_id, wrong.label, wrong.predicted) for wrong in report.misclassified] == [
        (12, "dog", "cat"),
        (11, "dog", "cat"),
    ]
    many = evaluate(np.repeat([[0.9, 0.1]], 700, axis=0), np.ones(700, int), ["a", "b"], photo_ids=range(700))
    assert len(many.misclassified) == 500


def test_a_mistake_tells_its_five_largest_probabilities() -> None:
    row = np.array([[0.05, 0.4, 0.02, 0.3, 0.08, 0.14, 0.01]])
    report = evaluate(row, np.array([0]), list("abcdefg"), photo_ids=[7])
    (wrong,) = report.to_json()["misclassified"]
    assert wrong["probabilities"] == {"b": 0.4, "d": 0.3, "f": 0.14, "e": 0.08, "a": 0.05}
    assert next(iter(wrong["probabilities"])) == wrong["predicted"] == "b"
    assert wrong["confidence"] == 0.4


def test_parts_groups_and_the_time_before_scaling_are_in_the_report() -> None:
    random = np.random.default_rng(0)
    logits, labels = random.normal(size=(400, 3)) * 3, random.integers(0, 3, 400)
    logits[np.arange(400), labels] += 2
    before, after = softmax(logits, axis=1), softmax(logits / 2.5, axis=1)
    report = evaluate(
        after, labels, ["a", "b", "c"], photo_ids=range(400), temperature=2.5,
        sources=["phone"] * 300 + ["camera"] * 100, groups=[*range(200)] * 2,
        statuses=["accepted"] * 390 + ["unknown"] * 10,
    ).to_json()  # fmt: skip

    metrics = report["metrics"]
    assert metrics["log_loss"] == pytest.approx(log_loss(labels, after))
    assert metrics["log_loss_before"] == pytest.approx(log_loss(labels, before))
    assert metrics["ece_before"] == pytest.approx(expected_calibration_error(before, labels))
    assert [cell["count"] for cell in report["reliability_before"]] == [
        cell.count for cell in reliability(before, labels)
    ]
    assert [(part["name"], part["photos"]) for part in report["per_source"]] == [
        ("phone", 300),
        ("camera", 100),
    ]
    assert [part["photos"] for part in report["statuses"]] == [390, 0, 10]
    assert report["groups"]["count"] == 200


def test_what_nobody_told_is_not_made_up() -> None:
    record = evaluate(np.array([[0.9, 0.1]]), np.array([0]), ["a", "b"], photo_ids=[1]).to_json()
    assert (record["per_source"], record["groups"], record["statuses"]) == ([], None, [])
    assert record["metrics"]["ece_before"] == pytest.approx(record["metrics"]["ece"])
    assert record["metrics"]["roc_auc"] is None
    assert record["curves"] == {"roc": [], "pr": []}


@pytest.mark.parametrize("right", [True, False])
def test_all_answers_right_or_wrong_give_finite_numbers(right: bool) -> None:
    labels = np.arange(40) % 2
    probabilities = np.eye(2)[labels if right else 1 - labels]
    report = evaluate(probabilities, labels, ["a", "b"], photo_ids=range(40), temperature=3.0)
    record = json.loads(json.dumps(report.to_json(), allow_nan=False))
    for name in ("accuracy", "macro_precision", "weighted_recall", "roc_auc", "top5"):
        assert record["metrics"].get(name, float(right)) == float(right)
    assert record["metrics"]["accuracy_low" if right else "accuracy_high"] == pytest.approx(
        0.9124 if right else 0.0876, abs=1e-4
    )
    assert len(record["misclassified"]) == (0 if right else 40)


def test_the_report_of_120_classes_and_1552_photos_stays_below_a_megabyte() -> None:
    random = np.random.default_rng(0)
    names = [f"a rather long name of breed {i}" for i in range(120)]
    labels = random.integers(0, 120, 1552)
    report = evaluate(
        random.dirichlet(np.ones(120), 1552), labels, names, photo_ids=range(1552), temperature=1.2,
        sources=["uploaded photos"] * 1552, groups=range(1552), statuses=["accepted"] * 1552,
    )  # fmt: skip
    assert len(report.misclassified) == 500
    assert len(json.dumps(report.to_json(), indent=1)) < 1_000_000


def test_extra_facts_are_in_the_json_and_cannot_replace_a_measured_number() -> None:
    report = evaluate(
        np.array([[0.9, 0.1]]), np.array([0]), ["a", "b"], photo_ids=[1], extra={"seconds": 3, "metrics": {}}
    )
    assert report.to_json()["seconds"] == 3
    assert report.to_json()["metrics"]["accuracy"] == 1.0


def test_no_test_photos_are_refused_clearly() -> None:
    with pytest.raises(NotEnoughPhotos, match=r"at least one test photo.*Received: none"):
        evaluate(np.zeros((0, 2)), np.zeros(0, int), ["a", "b"], photo_ids=[])


def test_sizes_that_do_not_fit_together_are_refused_with_both() -> None:
    with pytest.raises(InputRefused, match=r"Expected probabilities \(1, 3\).*Received: \(1, 2\)"):
        evaluate(np.array([[0.9, 0.1]]), np.array([0]), ["a", "b", "c"], photo_ids=[1])
    with pytest.raises(InputRefused, match=r"Expected sources of 1 photos. Received: 2"):
        evaluate(np.array([[0.9, 0.1]]), np.array([0]), ["a", "b"], photo_ids=[1], sources=["x", "y"])
    with pytest.raises(InputRefused, match=r"Expected labels 0..1. Received: 2..2"):
        evaluate(np.array([[0.9, 0.1]]), np.array([2]), ["a", "b"], photo_ids=[1])
    with pytest.raises(InputRefused, match="not numbers"):
        evaluate(np.array([[np.nan, 0.1]]), np.array([0]), ["a", "b"], photo_ids=[1])
