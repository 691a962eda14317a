"""A table that is sorted by pressing a head: rows and the present order in, element out. No callbacks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import html

from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import Element

SORT = "sort"  # the type of the ids of the heads


@dataclass(frozen=True)
class Column:
    """`cell` draws a row's value; `falling`: the first press puts the largest on top."""

    key: str
    title: str
    cell: Callable[[Json], Element]
    numeric: bool = True
    falling: bool = False


def pressed(columns: tuple[Column, ...], key: str, before: Json | None) -> Json:
    """Return the order {"by", "falling"} after the head of `key` was pressed; a second press turns it."""
    if before and before["by"] == key:
        return {"by": key, "falling": not before["falling"]}
    return {"by": key, "falling": any(column.key == key and column.falling for column in columns)}


def ordered(rows: list[Json], order: Json | None) -> list[Json]:
    """Return the rows in that order; those without a value come last, whichever the direction."""
    if not order:
        return rows
    key = order["by"]
    known = [row for row in rows if row.get(key) is not None]
    known.sort(key=lambda row: row[key], reverse=order["falling"])
    return [*known, *(row for row in rows if row.get(key) is None)]


def sortable(columns: tuple[Column, ...], rows: list[Json], order: Json | None) -> html.Div:
    """Return the table with a button in each head."""
    head = html.Tr([_head(column, order) for column in columns])
    body = [
        html.Tr([html.Td(column.cell(row), className=_align(column)) for column in columns])
        for row in ordered(rows, order)
    ]
    inner = html.Table([html.Thead(head), html.Tbody(body)], className="table")
    return html.Div(inner, className="table-scroll", tabIndex="0")


def _head(column: Column, order: Json | None) -> html.Th:
    direction = "none"
    if order and order["by"] == column.key:
        direction = "descending" if order["falling"] else "ascending"
    button = html.Button(
        column.title, id={"type": SORT, "column": column.key}, className="head-button", type="button"
    )
    sorting: dict[str, Any] = {"aria-sort": direction}
    return html.Th(button, className=_align(column), scope="col", **sorting)


def _align(column: Column) -> str | None:
    return "number" if column.numeric else None
