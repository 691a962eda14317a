"""ROC and precision-recall figures by their data."""

from typing import Any

import pytest

from lenswright.dashboard.figures.ranking import precision_recall, roc


def curves(count: int) -> list[dict[str, Any]]:
    names = [None, *(f"class {i}" for i in range(count))]
    return [{"label": name, "area": 0.9, "points": [[0, 0.5], [1, 1]]} for name in names]


@pytest.mark.parametrize("scheme", ["light", "dark", None])
def test_few_classes_have_their_names_and_the_mean_is_drawn_on_top(scheme: str | None) -> None:
    drawn = precision_recall(curves(2), scheme).data
    assert [line.name for line in drawn] == [
        "class 1 (0.900)",
        "class 0 (0.900)",
        "mean of all classes (0.900)",
    ]
    assert all(line.showlegend for line in drawn)
    assert len({line.line.color for line in drawn}) == 3
    assert (tuple(drawn[0].x), tuple(drawn[0].y)) == ((0, 1), (0.5, 1))


def test_of_many_classes_only_the_mean_is_named() -> None:
    drawn = precision_recall(curves(20), "light").data
    assert [line.name for line in drawn if line.showlegend] == ["mean of all classes (0.900)"]


def test_chance_is_the_diagonal_of_the_roc_chart() -> None:
    chance = roc(curves(2), None).data[-1]
    assert (tuple(chance.x), tuple(chance.y), chance.name) == ((0, 1), (0, 1), "chance")
