"""The look: one quiet palette, the Mantine theme, and one Plotly template per colour scheme.

Chart colours are Okabe and Ito's, told apart with every common kind of colour blindness; the dark
scheme uses the same hues, lighter.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import plotly.graph_objects as go

FONT = "Inter, ui-sans-serif, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MONO = "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True)
class Palette:
    """The colours of one scheme that charts need; the rest lives in style.css."""

    text: str
    muted: str
    grid: str
    surface: str
    series: tuple[str, ...]
    ramp: tuple[str, str, str]  # one hue from strong to faint: p50, p95, p99
    heat: tuple[tuple[float, str], ...]  # no confusion .. all


LIGHT = Palette(
    text="#1b1b1f",
    muted="#62626d",
    grid="#ededf0",
    surface="#ffffff",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f88"),
    ramp=("#005a9c", "#5b9fd4", "#a9cbe6"),
    heat=((0.0, "#f6f7fa"), (0.02, "#dde9f4"), (0.3, "#8dbbe0"), (0.7, "#2f7fc0"), (1.0, "#0a3f73")),
)
DARK = Palette(
    text="#ececf0",
    muted="#9b9ca8",
    grid="#24262c",
    surface="#16181c",
    series=("#4ea6e6", "#f28b4b", "#2fc6a0", "#e5a3c9", "#f2bd4a", "#9ad3f5", "#a3a3ad"),
    ramp=("#8cc8f5", "#4388bd", "#2c567a"),
    heat=((0.0, "#1b1d22"), (0.02, "#1c2b3a"), (0.3, "#1f527f"), (0.7, "#3d93d6"), (1.0, "#b5defc")),
)


def palette(scheme: str | None) -> Palette:
    """Return the palette of `light` or `dark`; light when unknown."""
    return DARK if scheme == "dark" else LIGHT


def _axis(colours: Palette) -> dict[str, Any]:
    return {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": colours.muted, "size": 11},
        "title": {"font": {"color": colours.muted, "size": 12}, "standoff": 10},
        "automargin": True,
        "ticklabelstandoff": 8,
        "fixedrange": True,
    }


@cache
def template(scheme: str | None) -> go.layout.Template:
    """Return the Plotly template of a scheme: no background, faint grid, no chrome."""
    colours = palette(scheme)
    layout: dict[str, Any] = {
        "font": {"family": FONT, "size": 12, "color": colours.text},
        "colorway": colours.series,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": _axis(colours),
        "yaxis": _axis(colours),
        "hoverlabel": {
            "bgcolor": colours.surface,
            "bordercolor": colours.grid,
            "font": {"family": FONT, "size": 12, "color": colours.text},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"color": colours.muted, "size": 12},
        },
    }
    return go.layout.Template(layout=layout)


MANTINE_THEME: dict[str, Any] = {
    "primaryColor": "indigo",
    "primaryShade": {"light": 7, "dark": 7},
    "defaultRadius": "md",
    "fontFamily": FONT,
    "fontFamilyMonospace": MONO,
    "cursorType": "pointer",
    "black": LIGHT.text,
    "headings": {"fontFamily": FONT, "fontWeight": "600"},
    "colors": {
        "dark": [
            *("#ececf0", "#c9cad2", "#9b9ca8", "#70727d", "#30333a"),
            *("#2a2d33", "#1e2025", "#0f1013", "#16181c", "#0b0c0e"),
        ],
        "gray": [
            *("#fafafb", "#f4f4f6", "#e8e8ec", "#dddde3", "#c9c9d1"),
            *("#a6a6b1", "#6b6b76", "#4b4b55", "#2f2f37", "#1b1b1f"),
        ],
    },
}
