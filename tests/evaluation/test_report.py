"""One report from probabilities and labels, of two classes or a thousand."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from lenswright.errors import InputRefused, NotEnoughPhotos
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
    with pytest.raises(InputRefused, match=r"Expected labels 0..1. Received: 2..2"):
        evaluate(np.array([[0.9, 0.1]]), np.array([2]), ["a", "b"], photo_ids=[1])
    with pytest.raises(InputRefused, match="not numbers"):
        evaluate(np.array([[np.nan, 0.1]]), np.array([0]), ["a", "b"], photo_ids=[1])
