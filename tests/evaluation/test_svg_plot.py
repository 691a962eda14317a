"""Plots are well-formed SVG whose places follow from the numbers."""

from xml.etree import ElementTree

import pytest

from lenswright.evaluation.svg_plot import Axis, Line, Plot, coloured, figure


def drawn(*lines: Line, x: Axis | None = None, y: Axis | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(figure(Plot("Title", x or Axis("x"), y or Axis("y"), lines, "a note")))


def test_the_corners_of_the_axes_are_the_corners_of_the_line() -> None:
    found = drawn(Line("up", ((0, 0), (1, 1)), "c0"))
    circles = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in found.iter("circle")]
    assert circles == [(48, 200), (338, 10)]
    (path,) = [path for path in found.iter("path") if path.get("class") == "c0"]
    assert path.get("d") == "M48.0 200.0L338.0 10.0"


def test_what_lies_beyond_an_axis_is_put_at_its_end() -> None:
    found = drawn(Line("far", ((-5, 7),), "c0"))
    assert [(c.get("cx"), c.get("cy")) for c in found.iter("circle")] == [("48.0", "10.0")]


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (Axis("share"), ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]),
        (Axis("share", 0.9, 1.0), ["90 %", "92 %", "94 %", "96 %", "98 %", "100 %"]),
        (Axis("loss", 0, 0.7, percent=False), ["0", "0.2", "0.4", "0.6"]),
        (Axis("epoch", 1, 24, percent=False), ["5", "10", "15", "20"]),
        (Axis("epoch", 1, 2, percent=False), ["1", "1.2", "1.4", "1.6", "1.8", "2"]),
        (Axis("loss", 0, 3e-7, percent=False), ["0", "1e-07", "2e-07", "3e-07"]),
    ],
)
def test_ticks_are_round(axis: Axis, texts: list[str]) -> None:
    assert [axis.text(value) for value in axis.ticks()] == texts


def test_names_are_escaped_and_only_coloured_lines_are_in_the_legend() -> None:
    hostile = '</title><script>"&'
    found = drawn(Line(hostile, ((0, 0),), "c0"), Line("quiet", ((0, 0),), "faint"))
    assert [span.findtext("i") is not None and span.find("i").tail for span in found.iter("span")] == [
        hostile
    ]
    assert list(found.iter("script")) == []
    assert found.findtext("small") == "a note"


def test_many_points_are_a_line_without_dots() -> None:
    points = tuple((i / 100, 0.5) for i in range(100))
    assert list(drawn(Line("long", points, "c0")).iter("circle")) == []


def test_lines_after_the_last_colour_are_faint() -> None:
    kinds = [line.kind for line in coloured((str(i), ((0, 0),)) for i in range(8))]
    assert kinds == ["c0", "c1", "c2", "c3", "c4", "c5", "faint", "faint"]
