"""Samples of a server under load: taken, compared between the first and the last minute, drawn."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean
from typing import Any

from benchmarks.http_load import Measured
from benchmarks.instance import Instance
from lenswright.evaluation.svg_plot import HEIGHT, WIDTH, Axis, Line, Plot, figure

MINUTE_S = 60.0
WATCHED = ("memory_mb", "descriptors", "threads", "per_s", "p99_ms")
PANELS = {
    "memory_mb": "Resident memory, MB",
    "per_s": "Photos a second",
    "p99_ms": "99th percentile, ms",
    "descriptors": "Open descriptors",
}
COLUMNS = 2
STYLE = (
    "text{font:10px system-ui,sans-serif;fill:#444}text.title{font:600 12px system-ui,sans-serif}"
    "path{fill:none}.grid{stroke:#e5e7eb}path.c0{stroke:#2563eb;stroke-width:1.5}circle.c0{fill:#2563eb}"
)


@dataclass(frozen=True)
class Sample:
    """A moment: `at_s` from the end of the warm-up (below 0 before it), of the process that serves.

    `per_s`, `p99_ms` and `errors` are of the slice of load that ended then.
    """

    at_s: float
    memory_mb: float
    descriptors: int
    threads: int
    per_s: float
    p99_ms: float
    errors: int

    @classmethod
    def of(cls, server: Instance, at_s: float, measured: Measured) -> "Sample":
        process = server.server()
        return cls(
            at_s,
            round(process.memory_info().rss / 1e6, 1),
            process.num_fds(),
            process.num_threads(),
            round(measured.per_s, 1),
            round(measured.percentile(0.99), 2),
            measured.errors,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Change:
    """Means over the first and the last minute."""

    first: float
    last: float

    @property
    def ratio(self) -> float:
        return self.last / self.first if self.first else float("nan")

    def to_json(self) -> dict[str, Any]:
        return {"first": round(self.first, 1), "last": round(self.last, 1), "ratio": round(self.ratio, 3)}


def compare(samples: Sequence[Sample]) -> dict[str, Change]:
    """Return what each watched number was in the first minute after the warm-up and in the last.

    Of less than two minutes it compares the halves.
    Raises ValueError if there is no sample after the warm-up.
    """
    counted = [sample for sample in samples if sample.at_s > 0]
    if not counted:
        raise ValueError(f"Expected samples after the warm-up. Received: {len(samples)} before its end.")
    ends_s = counted[-1].at_s
    window_s = min(MINUTE_S, ends_s / 2)
    first = [sample for sample in counted if sample.at_s <= window_s] or counted
    last = [sample for sample in counted if sample.at_s > ends_s - window_s]
    return {name: Change(_mean(first, name), _mean(last, name)) for name in WATCHED}


def to_csv(samples: Sequence[Sample]) -> str:
    """Return a line per sample, under a line of names."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [entry.name for entry in fields(Sample)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(sample.to_json() for sample in samples)
    return out.getvalue()


def curve_plot(samples: Sequence[Sample]) -> str:
    """Return an SVG file with one panel for each of `PANELS`, over minutes."""
    rows = -(-len(PANELS) // COLUMNS)
    panels = [
        _panel(samples, name, number % COLUMNS * WIDTH, number // COLUMNS * (HEIGHT + 24))
        for number, name in enumerate(PANELS)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * WIDTH} {rows * (HEIGHT + 24)}">'
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>{"".join(panels)}</svg>\n'
    )


def _panel(samples: Sequence[Sample], name: str, x: float, y: float) -> str:
    points = [(sample.at_s / MINUTE_S, float(getattr(sample, name))) for sample in samples]
    shown = [point for point in points if point[1] == point[1]]  # no latency where nothing was answered
    low, high = min(at for at, _ in points), max(max(at for at, _ in points), 0.1)
    plot = Plot(
        PANELS[name],
        Axis("minutes", low, high, percent=False),
        Axis("", 0.0, max([value for _, value in shown], default=1.0) * 1.15 or 1.0, percent=False),
        [Line(PANELS[name], shown, "c0")] if shown else [],
    )
    drawn = figure(plot)
    inner = drawn[drawn.index("<svg") : drawn.rindex("</svg>")].partition(">")[2]
    title = f'<text class="title" x="48" y="14">{PANELS[name]}</text>'
    return f'<g transform="translate({x} {y})">{title}<g transform="translate(0 18)">{inner}</g></g>'


def _mean(samples: Sequence[Sample], name: str) -> float:
    values = [float(getattr(sample, name)) for sample in samples]
    return fmean([value for value in values if value == value] or [float("nan")])
