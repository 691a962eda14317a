"""One photo from near: picture, facts, its near-duplicates, what was done to it, who learned from it."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.dashboard.cards import facts, notice
from lenswright.dashboard.icons import icon
from lenswright.dashboard.pages.deeds import act
from lenswright.dashboard.pages.edit_words import entry_words, title_of
from lenswright.dashboard.pages.filters import choices
from lenswright.dashboard.pages.tile import full, picture, problem_words, shape, small
from lenswright.errors import ApiRefused

FORGET_WORD = "forget"
REMOVED = "Its bytes, features and thumbnails are removed for good. This cannot be undone."


def drawer() -> dmc.Drawer:
    """Return the closed drawer and what it needs."""
    parts = [
        html.Div(id="photo-picture", className="photo-frame"),
        _labelling(),
        html.Div(id="photo-body", className="stack"),
        _forgetting(),
    ]
    return dmc.Drawer(
        html.Div(parts, className="stack drawer"),
        id="photo-drawer",
        title=html.Span(id="photo-title"),
        position="right",
        size="md",
        padding="lg",
        closeButtonProps={"aria-label": "Close"},
    )


def _labelling() -> html.Div:
    label = dmc.Autocomplete(
        id="photo-class", placeholder="Class", size="sm", data=[], limit=20, **{"aria-label": "Class"}
    )
    return html.Div(
        [label, dmc.Button("Set label", id="photo-label", size="sm")],
        id="photo-labelling",
        className="hidden",
    )


def _forgetting() -> html.Details:
    """Return the two steps of forgetting: unfold, type the word; only then the button works."""
    word = dmc.TextInput(id="forget-word", label=f"Type “{FORGET_WORD}” to go on", size="sm")
    button = dmc.Button("Forget this photo", id="forget-yes", color="red", disabled=True)
    words = html.Div(id="forget-words", className="muted")
    inner = html.Div([words, word, button], className="stack")
    return html.Details(
        [html.Summary("Forget this photo …"), inner], id="forget", className="hidden", open=False
    )


def show(api: ApiClient, opened: Json | None) -> tuple[Any, ...]:
    """Return whether the drawer opens, its title, picture, class of labelling, its label, the rest, what
    forgetting removes, its word and its class."""
    if not opened:
        return (no_update,) * 9
    try:
        found = api.data.details(opened["photo"])
    except ApiRefused as exc:  # it may be gone since the list was drawn
        return True, "Photo", None, "hidden", "", notice("bad", str(exc)), None, "", "hidden"
    title = found["filename"] or f"Photo {found['id']}"
    labelling = "hidden" if found.get("deleted_at") else "bulk-label"
    image, label = picture(found, "photo-whole"), found.get("label") or ""
    return True, title, image, labelling, label, body(found), removal(found), "", "fold danger"


def body(photo: Json) -> list[Any]:
    """Return everything known about the photo."""
    at = html.Span(formats.ago(photo["uploaded_at"]), title=formats.moment(photo["uploaded_at"]))
    problems = ", ".join(problem_words(code) for code in photo.get("problems") or [])
    label = photo.get("label") or "none"
    known = facts(
        ("Label", f"{label} ✓" if photo.get("confirmed") else label),
        ("Split", photo.get("split") or formats.ABSENT),
        ("Size", shape(photo)),
        ("Source", photo.get("source") or formats.ABSENT),
        ("Quality", problems or "nothing found"),
        ("Added", at),
        ("Number", f"{photo['id']}"),
    )
    binned = [notice("warning", f"In the bin since {formats.ago(photo['deleted_at'])}.")]
    return [
        *(binned if photo.get("deleted_at") else []),
        _buttons(photo),
        known,
        *_alike(photo),
        *_history(photo),
        *_models(photo),
    ]


def _buttons(photo: Json) -> html.Div:
    one = [photo["id"]]
    load = html.A(
        [icon("download", 14), "Download"], href=full(photo), download=photo["filename"], className="act"
    )
    if photo.get("deleted_at"):
        return html.Div([act("Restore", {"do": "restore", "photos": one}), load], className="buttons")
    confirm = act("Label is right", {"do": "confirm", "photos": one})
    asked = [confirm] if photo.get("label") and not photo.get("confirmed") else []
    return html.Div([*asked, act("Delete", {"do": "delete", "photos": one}), load], className="buttons")


def _alike(photo: Json) -> list[Any]:
    others = [other for other in photo.get("group_photos") or [] if other["id"] != photo["id"]]
    if not others:
        return []
    tiles = html.Div([small(other) for other in others], className="gallery few")
    return [html.H3(f"Near-duplicates ({len(others)})"), tiles]


def _history(photo: Json) -> list[Any]:
    rows = [
        html.Li(
            [
                html.Span(entry_words(edit.get("entry") or {}, title_of(edit))),
                html.Span(
                    f"{edit.get('by')} · {formats.ago(edit.get('at'))}", title=formats.moment(edit.get("at"))
                ),
            ]
        )
        for edit in photo.get("edits") or []
    ]
    return [html.H3("What was done to it"), html.Ul(rows, className="timeline")] if rows else []


def _models(photo: Json) -> list[Any]:
    seen = photo.get("models") or []
    words = html.P("No model of this instance has seen it.", className="muted")
    rows = [
        html.Li(
            [
                dcc.Link(html.Code(model["version"]), href=f"/models?version={model['version']}"),
                html.Span(f"{model.get('split')} · as {model.get('label')}"),
            ]
        )
        for model in seen
    ]
    return [html.H3("Models that saw it"), html.Ul(rows, className="timeline") if rows else words]


def removal(photo: Json) -> list[Any]:
    """Return what forgetting this photo takes away, and which models stay that learned from it."""
    seen = [model["version"] for model in photo.get("models") or []]
    learned = f" {formats.plural(len(seen), 'model')} saw it and will be marked: {', '.join(seen)}."
    return [REMOVED, learned if seen else " No model saw it."]


def forget(clicks: int | None, word: str | None, opened: Json | None) -> Any:
    """Return the deed that forgets the opened photo, once the word is typed."""
    if not clicks or not opened or not typed(word):
        return no_update
    return {"do": "forget", "photos": [opened["photo"]], "at": clicks}


def typed(word: str | None) -> bool:
    """Return whether the word that allows to forget was typed."""
    return (word or "").strip().lower() == FORGET_WORD


def label(clicks: int | None, entered: int | None, name: str | None, opened: Json | None) -> Any:
    """Return the deed that gives the opened photo this label."""
    if not (clicks or entered) or not opened or not (name or "").strip():
        return no_update
    return {"do": "label", "photos": [opened["photo"]], "label": (name or "").strip(), "at": clicks}


def again(
    api: ApiClient, edited: Json | None, is_open: bool | None, opened: Json | None
) -> tuple[Any, Any, Any]:
    """Draw the open drawer anew after a deed; close it when its photo was forgotten."""
    if not is_open or not opened or not edited or edited.get("bad"):
        return (no_update,) * 3
    if edited.get("forgotten"):
        return False, no_update, None
    found = api.data.details(opened["photo"])
    return no_update, "hidden" if found.get("deleted_at") else "bulk-label", body(found)


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of the drawer."""
    app.callback(
        Output("photo-drawer", "opened"),
        Output("photo-title", "children"),
        Output("photo-picture", "children"),
        Output("photo-labelling", "className"),
        Output("photo-class", "value"),
        Output("photo-body", "children"),
        Output("forget-words", "children"),
        Output("forget-word", "value"),
        Output("forget", "className"),
        Input("opened", "data"),
        prevent_initial_call=True,
    )(bound(show))
    app.callback(
        Output("photo-drawer", "opened", allow_duplicate=True),
        Output("photo-labelling", "className", allow_duplicate=True),
        Output("photo-body", "children", allow_duplicate=True),
        Input("edited", "data"),
        State("photo-drawer", "opened"),
        State("opened", "data"),
        prevent_initial_call=True,
    )(bound(again))
    app.callback(Output("forget-yes", "disabled"), Input("forget-word", "value"))(
        lambda word: not typed(word)
    )
    app.callback(Output("photo-class", "data"), Input("dataset", "data"))(lambda d: choices(d)[0])
    _deeds(app)


def _deeds(app: Dash) -> None:
    app.callback(
        Output("deed", "data", allow_duplicate=True),
        Input("forget-yes", "n_clicks"),
        State("forget-word", "value"),
        State("opened", "data"),
        prevent_initial_call=True,
    )(forget)
    app.callback(
        Output("deed", "data", allow_duplicate=True),
        Input("photo-label", "n_clicks"),
        Input("photo-class", "n_submit"),
        State("photo-class", "value"),
        State("opened", "data"),
        prevent_initial_call=True,
    )(label)
