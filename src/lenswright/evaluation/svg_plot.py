"""Line plots as SVG text: numbers in, mark-up out. No libraries, no files; all texts are escaped.

Colours are CSS classes (`c0` .. `c5`, `faint`, `guide`), so the page decides what is light and dark.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 360, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 22, 10, 40  # space around the axes
COLOURS = 6
MOST_DOTTED = 30  # points; more make a line that needs no dots
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """What runs along a side, from `low` to `high`; shares 0..1 are written as percent."""

    label: str
    low: float = 0.0
    high: float = 1.0
    percent: bool = True

    def ticks(self) -> list[float]:
        """Return at most six round values from `low` to `high`."""
        step = _round_step((self.high - self.low) / 5)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1)]

    def share(self, value: float) -> float:
        """Return where `value` is, 0..1 of the way; what lies beyond an end is put there."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def text(self, value: float) -> str:
        return f"{value * 100:.6g} %" if self.percent else f"{value:.6g}"


@dataclass(frozen=True)
class Line:
    """`points` (x, y) from left to right, drawn as `kind` says; `c0` .. `c5` are in the legend."""

    name: str
    points: Points
    kind: str


@dataclass(frozen=True)
class Plot:
    """Lines over two axes; `note` stands below."""

    title: str
    x: Axis
    y: Axis
    lines: Sequence[Line]
    note: str = ""


def figure(plot: Plot) -> str:
    """Return a `<figure>` of the plot with its title, legend and note."""
    named = [line for line in plot.lines if line.kind.startswith("c")]
    keys = "".join(f'<span><i class="{line.kind}"></i>{escape(line.name)}</span>' for line in named)
    note = f"<small>{escape(plot.note)}</small>" if plot.note else ""
    body = "".join([*_grid(plot), *(_drawn(line, plot) for line in plot.lines)])
    return (
        f'<figure><figcaption>{escape(plot.title)}</figcaption><div class="keys">{keys}</div>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(plot.title)}">{body}</svg>'
        f"{note}</figure>"
    )


def _grid(plot: Plot) -> Iterator[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value in plot.y.ticks():
        y = _y(plot, value)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{plot.y.text(value)}</text>'
    for value in plot.x.ticks():
        yield (
            f'<text x="{_x(plot, value):.1f}" y="{bottom + 15}" text-anchor="middle">'
            f"{plot.x.text(value)}</text>"
        )
    middle, height = (LEFT + right) / 2, (TOP + bottom) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(plot.x.label)}</text>'
    yield (
        f'<text transform="translate(10 {height}) rotate(-90)" text-anchor="middle">'
        f"{escape(plot.y.label)}</text>"
    )


def _drawn(line: Line, plot: Plot) -> str:
    places = [(_x(plot, x), _y(plot, y)) for x, y in line.points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dots = "".join(f'<circle class="{line.kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places)
    return (
        f'<path class="{line.kind}" d="{path}"><title>{escape(line.name)}</title></path>'
        f"{dots if line.kind.startswith('c') and len(places) <= MOST_DOTTED else ''}"
    )


def _x(plot: Plot, value: float) -> float:
    return LEFT + plot.x.share(value) * (WIDTH - LEFT - RIGHT)


def _y(plot: Plot, value: float) -> float:
    return HEIGHT - BOTTOM - plot.y.share(value) * (HEIGHT - TOP - BOTTOM)


def _round_step(least: float) -> float:
    """Return the smallest 1, 2 or 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def coloured(lines: Iterable[tuple[str, Points]]) -> list[Line]:
    """Return lines in the colours in turn; those after the last colour are faint."""
    return [
        Line(name, points, f"c{index}" if index < COLOURS else "faint")
        for index, (name, points) in enumerate(lines)
    ]
