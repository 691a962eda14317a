"""Bars in groups as an SVG file: numbers in, mark-up out. It brings its own ground, light and dark.

A page that shows it as an image cannot style it, and the scheme of the page may not be that of the
reader's system; on a ground of its own the chart can be read on either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 68, 56  # around the bars
MOST_WIDTH = 64  # of a bar
SHARE_OF_BARS = 0.76  # of a group's width; the rest is air
STYLE = """
  .ground { fill: #ffffff; stroke: #e1e1e6 } text { fill: #1b1b1f; font: 12px system-ui, sans-serif }
  .title { font-size: 14px; font-weight: 600 } .quiet { fill: #62626d } .grid { stroke: #e8e8ec }
  .value { font-size: 11px } .s0 { fill: #005a9c } .s1 { fill: #5b9fd4 } .s2 { fill: #a9cbe6 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #16181c; stroke: #2c2f36 } text { fill: #ececf0 } .quiet { fill: #9b9ca8 }
    .grid { stroke: #2a2d33 } .s0 { fill: #8cc8f5 } .s1 { fill: #4388bd } .s2 { fill: #2c567a }
  }
"""


@dataclass(frozen=True)
class Bars:
    """For each group one bar of every series, three at most; values are >= 0 and in `unit`.

    The name of a group may have two lines.
    """

    title: str
    unit: str
    groups: Sequence[str]
    series: Mapping[str, Sequence[float]]

    def svg(self) -> str:
        """Return the chart as the text of an SVG file."""
        top = self.ticks()[-1]
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
            f' height="{HEIGHT}" role="img">',
            f"<title>{escape(f'{self.title}, {self.unit}. {self._in_words()}.')}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
            f'<text class="title" x="20" y="28">{escape(self.title)}</text>',
            *self._legend(),
            *self._grid(top),
            *self._bars(top),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def ticks(self) -> list[float]:
        """Return round values from 0 to above the largest."""
        largest = max((value for values in self.series.values() for value in values), default=0) or 1
        step = _round_step(largest / 4)
        return [index * step for index in range(ceil(largest * 1.02 / step) + 1)]

    def _in_words(self) -> str:
        said = []
        for name, values in self.series.items():
            pairs = zip([group.replace("\n", ", ") for group in self.groups], values, strict=True)
            said.append(f"{name}: " + ", ".join(f"{group} {value:.0f}" for group, value in pairs))
        return "; ".join(said)

    def _legend(self) -> Iterator[str]:
        x = 20.0
        for number, name in enumerate(self.series):
            yield f'<rect class="s{number}" x="{x:.0f}" y="39" width="10" height="10" rx="2"/>'
            yield f'<text class="quiet" x="{x + 15:.0f}" y="48">{escape(name)}</text>'
            x += 34 + 6.6 * len(name)
        yield f'<text class="quiet" x="{WIDTH - RIGHT}" y="48" text-anchor="end">{escape(self.unit)}</text>'

    def _grid(self, top: float) -> Iterator[str]:
        for tick in self.ticks():
            y = _y(tick, top)
            yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text class="quiet" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'

    def _bars(self, top: float) -> Iterator[str]:
        pitch = (WIDTH - LEFT - RIGHT) / len(self.groups)
        width = min(MOST_WIDTH, pitch * SHARE_OF_BARS / len(self.series))
        for place, group in enumerate(self.groups):
            middle = LEFT + pitch * (place + 0.5)
            x = middle - width * len(self.series) / 2
            for number, values in enumerate(self.series.values()):
                y, left = _y(values[place], top), x + number * width
                yield (
                    f'<rect class="s{number}" x="{left + 1:.1f}" y="{y:.1f}" width="{width - 2:.1f}"'
                    f' height="{_y(0, top) - y:.1f}" rx="2"/>'
                )
                yield (
                    f'<text class="value" x="{left + width / 2:.1f}" y="{y - 5:.1f}"'
                    f' text-anchor="middle">{values[place]:.0f}</text>'
                )
            for row, line in enumerate(group.split("\n")):
                y, kind = HEIGHT - BOTTOM + 20 + 16 * row, ' class="quiet"' if row else ""
                yield f'<text{kind} x="{middle:.1f}" y="{y}" text-anchor="middle">{escape(line)}</text>'


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _round_step(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least `least`."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
