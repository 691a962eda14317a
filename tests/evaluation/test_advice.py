"""The words of the adviser: plain, true to the numbers, and silent where there is nothing to say."""

from lenswright.evaluation.advice import Advice
from lenswright.evaluation.learning_curve import ClassGain, CurvePoint, LearningCurve

CLASSES = ("cat", "dog", "husky")


def advice(
    *accuracies: float, gains: tuple[float, ...] = (0.0, 0.0, 0.0), pairs: int = 0, doubts: int = 0
) -> Advice:
    points = tuple(CurvePoint(100 * 2**n, accuracy) for n, accuracy in enumerate(accuracies))
    classes = tuple(ClassGain(n, 50 + n, 0.8, gain) for n, gain in enumerate(gains))
    confused = [(0, 2, pairs)] if pairs else []
    return Advice(CLASSES, LearningCurve(points, classes), confused, doubts)


def test_a_flat_curve_is_said_to_be_flat() -> None:
    (words,) = advice(0.95, 0.959, 0.96).words()
    assert words.startswith("The learning curve is flat: 96.0% with 400 photos")


def test_a_rising_curve_names_the_classes_that_gain_most() -> None:
    first, second = advice(0.8, 0.9, 0.95, gains=(0.01, 0.0, 0.12)).words()
    assert "twice as many brought 5.0 points, to 95.0% with 400" in first
    assert second == "More photos of `husky` (80% right), `cat` (80% right) would help most."


def test_frequent_confusions_are_named_and_single_mistakes_are_not() -> None:
    assert "`husky` for `cat`: 7 photos" in advice(0.9, 0.9, pairs=7).words()[-1]
    assert len(advice(0.9, 0.9, pairs=1).words()) == 1


def test_doubtful_labels_come_first() -> None:
    assert advice(0.9, 0.9, doubts=12).words()[0].startswith("12 labels are doubtful.")
    assert advice(0.9, 0.9, doubts=1).words()[0].startswith("1 label is doubtful.")


def test_a_rise_within_chance_is_no_rise() -> None:
    points = (CurvePoint(20, 0.8), CurvePoint(40, 0.82))
    (words,) = Advice(CLASSES, LearningCurve(points, ()), [], 0).words()
    assert words.startswith("The learning curve is flat")


def test_one_point_is_no_curve_to_judge_by() -> None:
    assert len(advice(0.9).words()) == 1


def test_json_has_the_classes_with_the_most_to_gain_first() -> None:
    said = advice(0.8, 0.9, gains=(0.1, 0.3, 0.2), pairs=7).to_json()
    assert [one["label"] for one in said["classes"]] == ["dog", "husky", "cat"]
    assert said["classes"][0] == {"label": "dog", "photos": 51, "recall": 0.8, "gain": 0.3}
    assert said["curve"] == [{"photos": 100, "accuracy": 0.8}, {"photos": 200, "accuracy": 0.9}]
    assert said["pairs"] == [{"truth": "cat", "predicted": "husky", "count": 7}]
