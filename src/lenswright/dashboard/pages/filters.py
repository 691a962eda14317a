"""Which photos the gallery shows: class, split, source, problem, file name, bin; and in which order."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from lenswright.dashboard.api_client import Json
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages.tile import PROBLEMS, SPLITS

WHERE = {"all": "All", "unlabelled": "No label", "bin": "Bin"}
ORDERS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "sharpness": "Least sharp first",
    "brightness": "Darkest first",
    "size": "Smallest first",
}
FILTERS = ("label", "split", "source", "problem", "order", "q", "batch")


def bar(query: Json) -> html.Div:
    """Return the filters, set as the address asks for."""
    where = "bin" if query.get("bin") else "unlabelled" if query.get("unlabelled") else "all"
    which = dmc.SegmentedControl(
        id="gallery-where",
        value=where,
        size="xs",
        data=_choices(WHERE),
        **{"aria-label": "Which photos"},
    )
    parts = [
        which,
        _select("label", "Class", "All classes", [], 150, query),
        _select("split", "Split", "All splits", SPLITS, 110, query),
        _select("source", "Source", "All sources", [], 120, query),
        _select("problem", "Problem", "Any quality", _choices(PROBLEMS), 120, query),
        _text("q", "File name", "Part of the file name", 130, query),
        _text("batch", "Batch no.", "Number of a batch", 90, query),
        _select("order", "Order", "Newest first", _choices(ORDERS), 145, query),
    ]
    return html.Div(parts, className="filters", role="search", **{"aria-label": "Filters"})


def _choices(names: dict[str, str]) -> list[Json]:
    return [{"value": value, "label": label} for value, label in names.items()]


def _select(name: str, what: str, hint: str, choices: list[Any], width_px: int, query: Json) -> dmc.Select:
    return dmc.Select(
        id=f"gallery-{name}",
        data=choices or ([query[name]] if query.get(name) else []),
        value=query.get(name),
        placeholder=hint,
        clearable=True,
        searchable=name in ("label", "source"),
        size="xs",
        w=width_px,
        **{"aria-label": what},
    )


def _text(name: str, hint: str, what: str, width_px: int, query: Json) -> dmc.TextInput:
    return dmc.TextInput(
        id=f"gallery-{name}",
        placeholder=hint,
        value=query.get(name, ""),
        debounce=350,  # ms without a key before it is searched for
        size="xs",
        w=width_px,
        className="hidden" if name == "batch" and not query.get(name) else None,
        leftSection=icon("search", 14) if name == "q" else None,
        **{"aria-label": what},
    )


def wanted(where: str | None, chosen: Json) -> Json:
    """Return the filters as the API takes them; those that are not set are None."""
    asked: Json = {name: (chosen.get(name) or "").strip() or None for name in FILTERS}
    if asked["batch"] and not asked["batch"].isdecimal():  # half a number is still being typed
        asked["batch"] = None
    return asked | {name: "true" if where == name else None for name in ("unlabelled", "bin")}


def choices(dataset: Json | None) -> tuple[list[str], list[str]]:
    """Return the classes and the sources to choose from."""
    known = dataset or {}
    return sorted(row["label"] for row in known.get("classes", [])), sorted(known.get("sources") or {})
