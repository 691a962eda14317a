"""Curves and areas agree with scikit-learn, of two classes and of many, with ties and without photos."""

import numpy as np
import pytest
from sklearn import metrics as sk

from lenswright.evaluation.curves import Curve, ranking, thinned
from tests.evaluation.test_metrics import answers


def names(count: int) -> list[str]:
    return [f"class {index}" for index in range(count)]


@pytest.mark.parametrize("classes", [2, 9])
def test_areas_agree_with_scikit_learn_class_by_class_and_on_average(classes: int) -> None:
    probabilities, labels = answers(400, classes)
    found = ranking(probabilities, labels, names(classes))
    own = [labels == index for index in range(classes)]
    roc = [sk.roc_auc_score(own[i], probabilities[:, i]) for i in range(classes)]
    pr = [sk.average_precision_score(own[i], probabilities[:, i]) for i in range(classes)]

    assert [curve.label for curve in found.roc] == [None, *names(classes)]
    assert [curve.area for curve in found.roc] == pytest.approx([np.mean(roc), *roc])
    assert [curve.area for curve in found.pr] == pytest.approx([np.mean(pr), *pr])
    assert (found.roc_auc, found.average_precision) == pytest.approx((np.mean(roc), np.mean(pr)))


def test_points_lie_on_the_curves_of_scikit_learn_with_tied_scores_too() -> None:
    probabilities, labels = answers(300, 3)
    tied = probabilities.round(1)
    found = ranking(tied, labels, names(3))
    for index in range(3):
        false_positive, recall, _ = sk.roc_curve(labels == index, tied[:, index], drop_intermediate=False)
        expected = set(zip(false_positive.round(4), recall.round(4), strict=True))
        assert set(found.roc[1 + index].points) <= expected
        precision, recall, _ = sk.precision_recall_curve(labels == index, tied[:, index])
        expected = set(zip(recall.round(4), precision.round(4), strict=True))
        assert set(found.pr[1 + index].points) <= expected


def test_a_curve_of_many_points_keeps_64_of_them_and_nearly_its_area() -> None:
    probabilities, labels = answers(5000, 2)
    for curve in ranking(probabilities, labels, names(2)).roc:
        assert len(curve.points) <= 64
        assert curve.points[0] == (0, 0)
        assert curve.points[-1] == (1, 1)
        x, y = np.array(curve.points).T
        assert np.trapezoid(y, x) == pytest.approx(curve.area, abs=0.005)


def test_the_mean_curve_has_the_mean_area() -> None:
    probabilities, labels = answers(600, 5)
    found = ranking(probabilities, labels, names(5))
    for mean, area in ((found.roc[0], found.roc_auc), (found.pr[0], found.average_precision)):
        x, y = np.array(mean.points).T
        assert mean.area == area == pytest.approx(np.trapezoid(y, x), abs=0.01)


def test_of_many_classes_the_ten_weakest_have_curves_and_all_are_in_the_mean() -> None:
    probabilities, labels = answers(900, 60)
    found = ranking(probabilities, labels, names(60))
    own = [sk.average_precision_score(labels == i, probabilities[:, i]) for i in range(60)]
    assert [curve.label for curve in found.pr[1:]] == [f"class {i}" for i in np.argsort(own)[:10]]
    assert [curve.label for curve in found.roc] == [curve.label for curve in found.pr]
    assert found.average_precision == pytest.approx(np.mean(own))


def test_a_thousand_classes_of_which_many_have_no_photo_have_a_mean() -> None:
    probabilities, labels = answers(2000, 1000)
    known = labels < 700
    found = ranking(probabilities[known], labels[known], names(1000))
    own = [sk.roc_auc_score(labels[known] == i, probabilities[known, i]) for i in range(700)]
    assert found.roc_auc == pytest.approx(np.mean(own))
    assert len(found.roc) == 11


def test_equal_scores_are_half_an_area_and_a_perfect_order_a_whole_one() -> None:
    labels = np.array([0, 1] * 5)
    even = ranking(np.full((10, 2), 0.5), labels, names(2))
    assert (even.roc_auc, even.average_precision) == (0.5, 0.5)
    perfect = ranking(np.eye(2)[labels], labels, names(2))
    assert perfect.roc[1] == Curve("class 0", 1.0, ((0, 0), (0, 1), (1, 1)))
    assert perfect.pr[1] == Curve("class 0", 1.0, ((0, 1), (1, 1), (1, 0.5)))
    assert ranking(np.eye(2)[1 - labels], labels, names(2)).roc_auc == 0


def test_photos_of_one_class_only_have_no_curves() -> None:
    found = ranking(np.full((4, 2), 0.5), np.zeros(4, int), names(2))
    assert (found.roc_auc, found.average_precision, found.roc, found.pr) == (None, None, (), ())


def test_thinning_keeps_both_ends() -> None:
    x = np.linspace(0, 1, 1000)
    points = thinned(x, x**2, most=5)
    assert (points[0], points[-1], len(points)) == ((0, 0), (1, 1), 5)
