"""The photos that one version got wrong, the surest mistakes first."""

from typing import Any

from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.pages.model_measures import missing, report_of

MOST_SHOWN = 24
MOST_CHANGED = 16
CHANGES = (("fixed", "right now, wrong before"), ("newly_wrong", "wrong now, right before"))


def mistakes(shown: Json | None) -> Any:
    """Return tiles with the true label, the answer and its probability.

    What was measured elsewhere names photos that are not here, so those tiles have no photo.
    """
    report = report_of(shown)
    if not report:
        return missing(report)
    wrong = report.get("misclassified") or []
    model = (shown or {})["model"]
    here = model.get("origin") != "bundled"
    changed = changes(report.get("changes"), model["version"]) if here else []
    if not wrong:
        right = html.P("Every test photo was answered rightly.", className="muted")
        return html.Div([*changed, right], className="stack")
    words = f"{formats.plural(len(wrong), 'mistake')}, the surest first."
    if len(wrong) > MOST_SHOWN:
        words = f"The {MOST_SHOWN} surest of {formats.count(len(wrong))} mistakes."
    words += " Below the right label, the answer and its probability."
    if not here:
        words += " It was measured elsewhere: the photos are not here."
    tiles = [_tile(row, model["version"], with_photo=here) for row in wrong[:MOST_SHOWN]]
    return html.Div(
        [*changed, html.P(words, className="muted"), html.Div(tiles, className="gallery mistakes")],
        className="stack",
    )


def changes(found: Json | None, version: str) -> list[Any]:
    """Return the test photos that it answers otherwise than the champion before: now right, newly wrong."""
    if not found or not found.get("compared_with"):
        return []
    shown: list[Any] = []
    for key, words in CHANGES:
        photos = found.get(key) or []
        if photos:
            n = formats.plural(found.get(f"{key}_total") or len(photos), "photo")
            tiles = [_bare(photo, version) for photo in photos[:MOST_CHANGED]]
            shown += [html.H3(f"{n} {words}"), html.Div(tiles, className="gallery few")]
    line = ["Beside ", html.Code(found["compared_with"]), ":" if shown else ": right and wrong on the same."]
    return [html.P(line, className="muted"), *shown]


def _bare(photo: int, version: str) -> html.A:
    number = f"{photo}?{version}"
    image = html.Img(src=f"/relay/thumbnail/{number}", alt=f"photo {photo}")
    return html.A(image, href=f"/relay/photo/{number}", target="_blank", className="tile")


def _tile(row: Json, version: str, *, with_photo: bool) -> Any:
    caption = html.Span(
        [
            html.Span(row["label"], className="tile-label"),
            html.Span(
                [html.Span(row["predicted"]), html.Strong(formats.percent(row["confidence"]))],
                className="tile-answer",
            ),
        ]
    )
    ranked = sorted((row.get("probabilities") or {}).items(), key=lambda item: -item[1])
    title = "\n".join(f"{name}: {formats.percent(share)}" for name, share in ranked)
    if not with_photo:
        return html.Div(caption, className="tile", title=title)
    number = f"{row['photo_id']}?{version}"  # another data set numbers its photos alike; caches must not
    image = html.Img(src=f"/relay/thumbnail/{number}", alt=f"{row['label']}, taken for {row['predicted']}")
    return html.A(
        [image, caption], href=f"/relay/photo/{number}", target="_blank", className="tile", title=title
    )
