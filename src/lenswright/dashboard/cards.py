"""The few shapes every page is made of: page, card, stat, chart, empty state, facts. No callbacks."""

from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import dcc, html

from lenswright.dashboard.formats import ABSENT
from lenswright.dashboard.icons import icon

Element = Any  # Dash components carry no types
GRAPH_CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}


def page(title: str, lead: Element, *children: Element, actions: Element = None) -> html.Div:
    """Return a page: its heading with one line of text under it, then what is on it."""
    heading = html.Div([html.H1(title), html.Div(lead, className="lead")], className="page-heading")
    return html.Div([html.Div([heading, actions], className="page-head"), *children], className="page")


def card(*children: Element, title: Element = None, aside: Element = None, **options: Any) -> html.Section:
    """Return a card; `aside` stands at the right of its title."""
    head = [html.Div([html.H2(title), html.Div(aside, className="aside")], className="card-head")]
    names = f"card {options.pop('className', '')}".strip()
    return html.Section([*(head if title is not None else []), *children], className=names, **options)


def stat(label: str, name: str) -> html.Section:
    """Return a card with one value (`<name>-value`) and a line of text below it (`<name>-note`)."""
    return card(
        html.Div(label, className="stat-label"),
        html.Div(ABSENT, id=f"{name}-value", className="stat-value live"),
        html.Div("\u00a0", id=f"{name}-note", className="stat-note live"),
        className="stat",
    )


def chart(name: str, height_px: int, description: str) -> html.Div:
    """Return an empty chart of a fixed height, so that its first data move nothing."""
    graph = dcc.Graph(id=name, figure=blank(), config=GRAPH_CONFIG, style={"height": f"{height_px}px"})
    return html.Div(graph, className="chart live", role="img", **{"aria-label": description})


def figure_of(figure: go.Figure, height_px: int, description: str, *, least_width_px: int = 0) -> html.Div:
    """Return a finished figure as an element; narrower than `least_width_px` it scrolls sideways."""
    style = {"height": f"{height_px}px", "minWidth": f"{least_width_px}px"}
    graph = dcc.Graph(figure=figure, config=GRAPH_CONFIG, style=style)
    place = {"minHeight": f"{height_px}px"}  # before the chart's code has come
    return html.Div(graph, className="chart sideways", role="img", style=place, **{"aria-label": description})


def blank() -> go.Figure:
    """Return a figure with nothing on it."""
    nothing = {"visible": False, "fixedrange": True}
    clear = "rgba(0,0,0,0)"
    return go.Figure(
        layout={"xaxis": nothing, "yaxis": nothing, "paper_bgcolor": clear, "plot_bgcolor": clear}
    )


def empty(symbol: str, title: str, text: Element, *actions: Element) -> html.Div:
    """Return what stands where there is nothing yet: what it is and what to do next."""
    lines = [html.Div(title, className="empty-title"), html.Div(text, className="empty-text")]
    buttons = [html.Div(list(actions), className="empty-actions")] if actions else []
    return html.Div([icon(symbol, 28), *lines, *buttons], className="empty")


def go_to(label: str, href: str, variant: str = "default") -> dcc.Link:
    """Return a link to another page that looks like a button."""
    return dcc.Link(label, href=href, className=f"button {variant}")


def facts(*pairs: tuple[str, Element]) -> html.Dl:
    """Return names and values, two columns."""
    cells: list[Element] = []
    for name, value in pairs:
        cells += [html.Dt(name), html.Dd(value)]
    return html.Dl(cells, className="facts")


def notice(kind: str, *children: Element) -> html.Div:
    """Return a line that stands out; kind is `good`, `warning`, `bad` or `calm`."""
    symbol = {"good": "check", "warning": "alert", "bad": "alert"}.get(kind, "question")
    return html.Div([icon(symbol, 18), html.Div(list(children))], className=f"notice {kind}")


def table(heads: list[str], rows: list[list[Element]], *, numeric: range | None = None) -> html.Div:
    """Return a table that scrolls inside its card; columns in `numeric` are aligned right."""
    right = set(numeric or ())
    kind = ["number" if i in right else None for i in range(len(heads))]
    head = html.Tr([html.Th(text, className=kind[i], scope="col") for i, text in enumerate(heads)])
    body = [html.Tr([html.Td(cell, className=kind[i]) for i, cell in enumerate(row)]) for row in rows]
    inner = html.Table([html.Thead(head), html.Tbody(body)], className="table")
    return html.Div(inner, className="table-scroll", tabIndex="0")


def loading(lines: int) -> html.Div:
    """Return grey bars where lines of text will stand."""
    return html.Div([dmc.Skeleton(height=18, radius="sm") for _ in range(lines)], className="loading")
