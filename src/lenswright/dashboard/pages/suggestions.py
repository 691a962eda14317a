"""One photo and two labels: the given one and another; one press decides. JSON in, elements out."""

from typing import Any

from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.pages.deeds import act
from lenswright.dashboard.pages.tile import named, picture


def suggestion(row: Json) -> html.Article:
    """Return the card of a label that the last check thinks wrong."""
    given, other = row["given"], row["suggested"]
    shares = [_share("given", given, row["self_confidence"]), _share("suggested", other, row["confidence"])]
    return decision(row["photo"], given, other, html.Div(shares, className="bars"))


def conflict(row: Json) -> html.Article:
    """Return the card of a photo that came in under two labels."""
    photo = row["photo"]
    words = [
        html.Span(["here ", html.Strong(photo["label"])]),
        html.Span(["came again as ", html.Strong(row["other_label"])]),
        html.Span(f"{row['filename']} · {formats.ago(row['at'])}", className="muted"),
    ]
    return decision(photo, photo["label"], row["other_label"], html.Div(words, className="lines"))


def decision(photo: Json, given: str, other: str, words: Any) -> html.Article:
    """Return the card: the photo, what speaks for which label, and the three ways to decide."""
    one = [photo["id"]]
    buttons = [
        act(f"It is {other}", {"do": "label", "photos": one, "label": other, "expected": given}, key="1"),
        act(f"Keep {given}", {"do": "confirm", "photos": one}, key="2"),
        act("Drop", {"do": "delete", "photos": one}, key="3"),
    ]
    look = html.Button(
        picture(photo, "card-photo"),
        type="button",
        className="frame",
        **{"data-open": photo["id"], "aria-label": f"Details of {named(photo)}"},
    )
    named_as = {"aria-label": f"{photo['filename']}: {given} or {other}?", "data-keys": "true"}
    body = html.Div([words, html.Div(buttons, className="buttons")], className="decision-body")
    return html.Article([look, body], className="decision", tabIndex="0", **named_as)


def _share(kind: str, label: str, share: float) -> html.Div:
    bar = html.Div(html.Div(className=f"fill {kind}", style={"width": f"{share:.1%}"}), className="bar")
    words = html.Span([html.Span(f"{kind} ", className="muted"), html.Strong(label)], title=label)
    return html.Div([words, html.Span(formats.percent(share, 0)), bar], className="bar-row")
