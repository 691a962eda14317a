"""A group of near-duplicates: its photos side by side, what is wrong with it, what can be done."""

from typing import Any

from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.pages.deeds import act
from lenswright.dashboard.pages.tile import small

MOST_TILES = 12


def group(row: Json) -> html.Article:
    """Return the card of a group."""
    photos, labels = row["photos"], [label for label in row.get("labels") or [] if label]
    pills = [html.Strong(formats.plural(len(photos), "photo"))]
    if row.get("straddles"):
        pills.append(html.Span("in several splits", className="pill small bad"))
    if len(labels) > 1:
        pills.append(html.Span(f"labels {', '.join(labels)}", className="pill small warning"))
    tiles = [small(photo) for photo in photos[:MOST_TILES]]
    if len(photos) > MOST_TILES:
        tiles.append(html.Span(f"and {formats.count(len(photos) - MOST_TILES)} more", className="muted"))
    return html.Article(
        [
            html.Div(
                [html.Div(pills, className="pills"), html.Div(ways(photos, labels), className="buttons")]
            ),
            html.Div(tiles, className="gallery few"),
        ],
        className="group-card",
    )


def ways(photos: list[Json], labels: list[str]) -> list[Any]:
    """Return what can be done with the group: one label for all, or only its largest photo kept."""
    keep = max(photos, key=lambda photo: (photo["width"] * photo["height"], photo["size_bytes"]))
    others = [photo["id"] for photo in photos if photo["id"] != keep["id"]]
    every = [photo["id"] for photo in photos]
    same = [act(f"All are {label}", {"do": "label", "photos": every, "label": label}) for label in labels]
    drop = act("Keep only the largest", {"do": "delete", "photos": others}, title=keep["filename"])
    return [*(same if len(labels) > 1 else []), drop]
