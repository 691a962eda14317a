"""What the plots of a card show, and what they leave out."""

import pytest

from lenswright.evaluation.card_plots import learning_plots, ranking_plots, reliability_plot


def test_learning_is_drawn_as_far_as_it_was_recorded() -> None:
    epochs = [
        {"epoch": 1, "loss": 0.9, "val_loss": 1.2},
        {"epoch": 2, "loss": None, "val_loss": float("nan"), "val_accuracy": 0.93},
        {"epoch": 1, "loss": 0.4, "val_accuracy": 0.95},  # a second phase begins to count again
    ]
    loss, accuracy = learning_plots(epochs)
    assert [(line.name, list(line.points)) for line in loss.lines] == [
        ("validation", [(1, 1.2)]),
        ("training", [(1, 0.9), (3, 0.4)]),
    ]
    assert [(line.name, list(line.points)) for line in accuracy.lines] == [
        ("validation", [(2, 0.93), (3, 0.95)])
    ]
    assert (accuracy.y.low, accuracy.y.high) == (0.9, 1.0)


@pytest.mark.parametrize("epochs", [[], [{"epoch": 1}], [{"loss": None}]])
def test_without_records_nothing_is_drawn(epochs: list[dict[str, None]]) -> None:
    assert learning_plots(epochs) == []


def test_one_epoch_and_a_loss_of_nothing_can_be_drawn() -> None:
    (loss,) = learning_plots([{"loss": 0.0}])
    assert loss.x.high > loss.x.low
    assert loss.y.high > loss.y.low


def test_curves_of_few_classes_are_named_and_of_many_faint() -> None:
    def curves(count: int) -> dict[str, list[dict[str, object]]]:
        labels = [None, *(f"class {i}" for i in range(count))]
        one = [{"label": label, "area": 0.9, "points": [[0, 0], [1, 1]]} for label in labels]
        return {"roc": one, "pr": one}

    roc, pr = ranking_plots(curves(2))
    assert [line.name for line in pr.lines] == [
        "mean of all classes (0.900)",
        "class 0 (0.900)",
        "class 1 (0.900)",
    ]
    assert roc.lines[0].kind == "guide"
    many = ranking_plots(curves(10))[1]
    assert [line.kind for line in many.lines] == ["faint"] * 10 + ["c0"]
    assert ranking_plots({}) == ranking_plots({"roc": [], "pr": []}) == []


def test_reliability_shows_both_times_where_both_are_known() -> None:
    bins = [{"confidence": 0.9, "accuracy": 0.8, "count": 5}, {"confidence": 0.1, "accuracy": 0, "count": 0}]
    both = reliability_plot({"reliability": bins, "reliability_before": bins})
    assert [line.name for line in both.lines[1:]] == ["as it answers", "before scaling"]
    assert list(both.lines[1].points) == [(0.9, 0.8)]
    assert len(reliability_plot({"reliability": bins}).lines) == 2
