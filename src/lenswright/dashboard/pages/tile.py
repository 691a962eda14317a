"""Photos as small pictures: a tile to select or to open, and the addresses of a photo. No callbacks."""

from typing import Any

from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.icons import icon

SPLITS = ["train", "validation", "test", "unused"]
PROBLEMS = {
    "blurred": "Blurred",
    "dark": "Dark",
    "bright": "Overexposed",
    "tiny": "Tiny",
    "odd_shape": "Odd shape",
}


def problem_words(code: str) -> str:
    """Return a problem's name; one that is not known here as it is."""
    return PROBLEMS.get(code, code.replace("_", " "))


def content(photo: Json) -> str:
    """Return what tells this photo from one of another data set with the same number; caches must."""
    return str(photo["path"]).rsplit("/", 1)[-1][:16]


def thumbnail(photo: Json) -> str:
    """Return the address of the small picture."""
    return f"/relay/thumbnail/{photo['id']}?{content(photo)}"


def full(photo: Json) -> str:
    """Return the address of the photo as it was uploaded."""
    return f"/relay/photo/{photo['id']}?{content(photo)}"


def named(photo: Json) -> str:
    """Return what a screen reader says of the photo: label and file."""
    return f"{photo.get('label') or 'no label'}: {photo['filename']}"


def tile(photo: Json) -> html.Div:
    """Return a tile of the gallery: an option of its listbox, with a mark that opens the details."""
    mark = html.Span(icon("expand", 14), className="tile-open", title="Details", **{"data-open": photo["id"]})
    image = html.Img(src=thumbnail(photo), alt="")
    options = {"data-photo": photo["id"], "aria-selected": "false", "aria-label": _spoken(photo)}
    return html.Div(
        [html.Span([image, mark, *_badges(photo)], className="tile-photo"), _caption(photo)],
        className="tile",
        role="option",
        tabIndex="-1",
        title=f"{photo['filename']} · {shape(photo)}",
        **options,
    )


def small(photo: Json) -> html.Button:
    """Return a tile outside the gallery; pressing it opens the details."""
    return html.Button(
        [html.Span(html.Img(src=thumbnail(photo), alt=""), className="tile-photo"), _caption(photo)],
        type="button",
        className="tile plain",
        title=f"{photo['filename']} · {shape(photo)}",
        **{"data-open": photo["id"], "aria-label": f"Details of {_spoken(photo)}"},
    )


def picture(photo: Json, names: str) -> html.Img:
    """Return the whole photo; its small copy where a browser cannot show the format."""
    instead = {"data-instead": thumbnail(photo)}
    return html.Img(src=full(photo), alt=named(photo), className=names, **instead)


def shape(photo: Json) -> str:
    """Return `486 × 374 · 21 kB`."""
    return f"{photo['width']} × {photo['height']} · {formats.size(photo['size_bytes'])}"


def _spoken(photo: Json) -> str:
    problems = [problem_words(code).lower() for code in photo.get("problems") or []]
    return ", ".join([named(photo), *([photo["split"]] if photo.get("split") else []), *problems])


def _caption(photo: Json) -> html.Span:
    label = photo.get("label")
    shown = html.Span(label or "no label", className="tile-label" if label else "tile-label none")
    return html.Span([shown, html.Span(photo.get("split") or "\u00a0", className="tile-split")])


def _badges(photo: Json) -> list[Any]:
    badges = [icon("alert", 12)] if photo.get("problems") else []
    badges += [icon("check", 12)] if photo.get("confirmed") else []
    return [html.Span(badges, className="tile-badges")] if badges else []
