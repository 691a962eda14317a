"""The shares that the card about drift draws."""

import pytest

from lenswright.dashboard.figures.drift import MOST_CLASSES, bin_name, class_shares, confidence_shares

CLASSES = [{"name": f"class {n}", "expected": 0.05, "seen": 0.05 + 0.01 * n} for n in range(12)]
BINS = [
    {"low": 0.0, "high": 0.725, "expected": 0.5, "seen": 0.8},
    {"low": 0.725, "high": 0.999, "expected": 0.4, "seen": 0.2},
    {"low": 0.999, "high": 1.0, "expected": 0.1, "seen": 0.0},
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_classes_that_changed_most_stand_on_top(scheme: str) -> None:
    figure = class_shares(CLASSES, scheme)
    expected, recent = figure.data
    assert (expected.name, recent.name) == ("in the test", "recent photos")
    assert figure.layout.yaxis.ticktext[0] == "class 11"
    assert recent.x[0] == pytest.approx(0.16)
    assert len(expected.x) == MOST_CLASSES


def test_bins_of_confidence_are_equally_wide_and_named_by_their_edges() -> None:
    figure = confidence_shares(BINS, "light")
    assert list(figure.data[0].x) == [0.5, 1.5, 2.5]
    assert list(figure.data[1].y) == [0.8, 0.2, 0.0]
    assert list(figure.layout.xaxis.ticktext) == ["0", "72.5", "99.9", "100"]


def test_a_bin_is_named_as_people_say_it() -> None:
    assert [bin_name(cell).replace("\u202f", " ") for cell in BINS] == [
        "up to 72.5 %",
        "72.5 – 99.9 %",
        "over 99.9 %",
    ]
