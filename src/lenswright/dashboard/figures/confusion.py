"""The confusion matrix, readable with two classes and with 120. Counts in, figure out; no HTTP.

Rows are the true classes, columns the answers; a cell's colour is its share of the row.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lenswright.dashboard.formats import short
from lenswright.dashboard.theme import palette, template

MOST_WRITTEN = 12  # counts are written into the cells up to here
MOST_NAMED = 40  # class names stand at the axes up to here; beyond, on hover
MOST_SHOWN_FIRST = 20
MOST_LETTERS = 24


def most_confused(counts: Sequence[Sequence[int]], limit: int = MOST_SHOWN_FIRST) -> list[int]:
    """Return the indices of the `limit` classes that take part in most errors, in class order."""
    errors = np.asarray(counts, dtype=float)
    errors = errors - np.diag(np.diag(errors))
    weight = errors.sum(axis=0) + errors.sum(axis=1)
    return sorted(int(i) for i in np.argsort(-weight, kind="stable")[:limit])


def pairs(
    classes: Sequence[str], counts: Sequence[Sequence[int]], limit: int = 10
) -> list[tuple[str, str, int]]:
    """Return (true class, answer, photos) of the most frequent errors."""
    errors = np.asarray(counts)
    errors = errors - np.diag(np.diag(errors))
    order = np.argsort(-errors, axis=None, kind="stable")[:limit]
    cells = [divmod(int(i), len(classes)) for i in order]
    return [
        (classes[row], classes[column], int(errors[row, column]))
        for row, column in cells
        if errors[row, column]
    ]


def height_px(n_classes: int) -> int:
    """Return the height at which `n_classes` rows can be read."""
    return int(min(720, max(300, 150 + 24 * n_classes)))


def confusion(
    classes: Sequence[str],
    counts: Sequence[Sequence[int]],
    scheme: str | None,
    only: Sequence[int] | None = None,
) -> go.Figure:
    """Return the matrix of all classes, or of those in `only`; shares stay those of the full rows."""
    matrix = np.asarray(counts, dtype=float)  # (C, C), row = true class
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    keep = list(range(len(classes))) if only is None else list(only)
    names = [classes[i] for i in keep]
    matrix, shares = matrix[np.ix_(keep, keep)], shares[np.ix_(keep, keep)]
    figure = go.Figure()
    figure.add_heatmap(
        z=shares,
        customdata=matrix,
        x=list(range(len(keep))),
        y=list(range(len(keep))),
        zmin=0,
        zmax=1,
        colorscale=[list(stop) for stop in palette(scheme).heat],
        showscale=False,
        xgap=_gap(len(keep)),
        ygap=_gap(len(keep)),
        text=[[f"{names[row]} → {names[column]}" for column in range(len(keep))] for row in range(len(keep))],
        hovertemplate="%{text}<br>%{customdata:,.0f} photos · %{z:.1%} of the row<extra></extra>",
    )
    _write_counts(figure, matrix, shares, scheme)
    return _framed(figure, names, scheme)


def _gap(n_classes: int) -> int:
    return 3 if n_classes <= MOST_WRITTEN else 1 if n_classes <= MOST_NAMED else 0


def _write_counts(figure: go.Figure, matrix: np.ndarray, shares: np.ndarray, scheme: str | None) -> None:
    if len(matrix) > MOST_WRITTEN:
        return
    pale, deep = ("#ffffff", palette(scheme).text) if scheme != "dark" else ("#0f1013", "#ececf0")
    for (row, column), n in np.ndenumerate(matrix):
        figure.add_annotation(
            x=column,
            y=row,
            text=f"{n:,.0f}",
            showarrow=False,
            font={"size": 13, "color": pale if shares[row, column] > 0.5 else deep},
        )


def _framed(figure: go.Figure, names: list[str], scheme: str | None) -> go.Figure:
    named = len(names) <= MOST_NAMED
    figure.update_layout(template=template(scheme), uirevision=f"confusion-{len(names)}", hovermode="closest")
    ticks = {"tickvals": list(range(len(names))), "ticktext": [short(name, MOST_LETTERS) for name in names]}
    figure.update_xaxes(
        **ticks, title_text="answered", showticklabels=named, showgrid=False, fixedrange=False
    )
    figure.update_yaxes(
        **ticks, title_text="true class", showticklabels=named, showgrid=False, fixedrange=False
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(tickangle=-45 if len(names) > 5 else 0)
    return figure
