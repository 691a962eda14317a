"""Rows of the serving benchmark in, one SVG file out: speed as bars, latency from p50 to p99 as lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, log10

WIDTH, ROW, BAR = 760, 22, 14
NAMES, SPEED, LATENCY = 150, 330, 200  # widths of the three columns
GAP, TOP = 40, 58
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.head{font-weight:600;font-size:14px}.soft{fill:#777}"
    ".ours{fill:#2563eb}.peer{fill:#9ca3af}.line{stroke-width:2}.ours.line{stroke:#2563eb}"
    ".peer.line{stroke:#9ca3af}.floor{stroke:#d97706;stroke-dasharray:4 3}.ground{fill:#fff}"
)


@dataclass(frozen=True)
class Bar:
    """One server over so many connections: requests per second, latencies in ms."""

    server: str
    connections: int
    per_s: float
    p50_ms: float
    p99_ms: float


def serving_plot(bars: Sequence[Bar], floor_per_s: float, title: str) -> str:
    """Return the SVG; the first server's bars stand out. `floor_per_s` is the dashed line."""
    height = TOP + ROW * len(bars) + 20
    most = max(floor_per_s, *(bar.per_s for bar in bars)) * 1.12
    body = [*_heads(title), *_floor(floor_per_s / most, height)]
    for number, bar in enumerate(bars):
        body += _row(bar, TOP + ROW * number, most, bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{escape(title)}"><style>{STYLE}</style>'
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>{"".join(body)}</svg>\n'
    )


def _heads(title: str) -> Iterator[str]:
    yield _text(10, 20, escape(title), "head")
    yield _text(NAMES - 8, 44, "connections", "soft", "end")
    yield _text(NAMES, 44, "requests/s", "soft")
    yield _text(NAMES + SPEED + GAP, 44, "ms, p50 to p99 (log)", "soft")


def _floor(share: float, height: int) -> Iterator[str]:
    x = NAMES + SPEED * share
    yield f'<path class="floor" d="M{x:.1f} {TOP - 8}V{height - 18}"/>'
    yield _text(x, height - 5, "decoding and network alone", "soft", "middle")


def _row(bar: Bar, y: int, most: float, bars: Sequence[Bar]) -> Iterator[str]:
    look = "ours" if bar.server == bars[0].server else "peer"
    yield _text(NAMES - 8, y + 11, f"{escape(bar.server)}, {bar.connections}", "", "end")
    width = SPEED * bar.per_s / most
    yield f'<rect class="{look}" x="{NAMES}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>'
    yield _text(NAMES + width + 5, y + 11, f"{bar.per_s:.0f}")
    if not bar.p50_ms < float("inf"):  # no right answer at all
        return
    slowest = max(other.p99_ms for other in bars if other.p99_ms < float("inf"))
    from_x, to_x = (_log_x(value, slowest) for value in (bar.p50_ms, bar.p99_ms))
    middle = y + BAR / 2
    yield f'<path class="{look} line" d="M{from_x:.1f} {middle}H{to_x:.1f}"/>'
    yield f'<circle class="{look}" cx="{from_x:.1f}" cy="{middle}" r="4"/>'
    yield f'<circle class="{look}" cx="{to_x:.1f}" cy="{middle}" r="3"/>'
    yield _text(to_x + 6, y + 11, f"{_shown(bar.p50_ms)} to {_shown(bar.p99_ms)}")


def _log_x(value_ms: float, slowest_ms: float) -> float:
    """Return where a latency lies: from 1 ms to the power of ten beyond the slowest."""
    decades = max(1, ceil(log10(max(slowest_ms, 1.0)) + 1e-9))
    share = min(1.0, max(0.0, log10(max(value_ms, 1.0)) / decades))
    return NAMES + SPEED + GAP + (LATENCY - 70) * share


def _shown(value_ms: float) -> str:
    return f"{value_ms:.0f}" if value_ms >= 10 else f"{value_ms:.1f}"


def _text(x: float, y: float, text: str, look: str = "", anchor: str = "start") -> str:
    return f'<text class="{look}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{text}</text>'
