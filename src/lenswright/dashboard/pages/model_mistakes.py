"""The photos that one version got wrong, the surest mistakes first."""

from typing import Any

from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.pages.model_measures import missing, report_of

MOST_SHOWN = 24


def mistakes(shown: Json | None) -> Any:
    """Return tiles with the true label, the answer and its probability.

    What was measured elsewhere names photos that are not here, so those tiles have no photo.
    """
    report = report_of(shown)
    if not report:
        return missing(report)
    wrong = report.get("misclassified") or []
    if not wrong:
        return html.P("Every test photo was answered rightly.", className="muted")
    model = (shown or {})["model"]
    here = model.get("origin") != "bundled"
    words = f"{formats.plural(len(wrong), 'mistake')}, the surest first."
    if len(wrong) > MOST_SHOWN:
        words = f"The {MOST_SHOWN} surest of {formats.count(len(wrong))} mistakes."
    words += " Below the right label, the answer and its probability."
    if not here:
        words += " It was measured elsewhere: the photos are not here."
    tiles = [_tile(row, model["version"], with_photo=here) for row in wrong[:MOST_SHOWN]]
    return html.Div(
        [html.P(words, className="muted"), html.Div(tiles, className="gallery mistakes")], className="stack"
    )


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
