"""The kinds of run and the presets to choose from, each with the time it takes with the photos at hand."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import loading

KINDS = (("train", "Train"), ("tune", "Tune"), ("compare", "Compare"))
WORDS = {
    "train": "",
    "tune": "Searches the best settings of the head. Photos are looked at once, so a trial takes seconds.",
    "compare": "Trains each configuration on the same photos and measures all on the same test photos.",
}
STARTS = {"train": "Start training", "tune": "Start tuning", "compare": "Start comparing"}
FIRST = "fast"


def kinds() -> dmc.SegmentedControl:
    """Return the choice of what a run does."""
    return dmc.SegmentedControl(
        id="train-kind",
        data=[{"value": value, "label": label} for value, label in KINDS],
        value="train",
        fullWidth=True,
        **{"aria-label": "Kind of run"},
    )


def group() -> dmc.RadioGroup:
    """Return the place of the preset cards; `cards` fills it."""
    inner = html.Div(loading(6), id="preset-cards", className="preset-cards")
    return dmc.RadioGroup(inner, id="train-preset", value=FIRST, **{"aria-label": "Preset"})


def cards(options: Json, photos: int | None) -> list[Any]:
    """Return one card for each preset: what it does and how long it takes for these photos."""
    return [_card(preset, photos) for preset in options["presets"]]


def _card(preset: Json, photos: int | None) -> dmc.RadioCard:
    title = html.Div([dmc.RadioIndicator(size="xs"), html.Strong(preset["title"])], className="preset-title")
    lines = [html.Span(preset["summary"]), html.Span(expectation(preset, photos), className="preset-time")]
    return dmc.RadioCard([title, *lines], value=preset["name"], className="preset", radius="md")


def expectation(preset: Json, photos: int | None) -> str:
    """Return `About 40 s for your 7,996 photos · 99.3 % last time`, as far as it is known."""
    seconds, accuracy = preset.get("expected_s"), preset.get("expected_accuracy")
    takes = about(seconds)
    if seconds is not None and photos:
        takes += f" for your {formats.plural(photos, 'photo')}"
    last = f"{formats.percent(accuracy)} last time" if accuracy is not None else ""
    return " · ".join(part for part in (takes, last) if part)


def about(seconds: float | None) -> str:
    """Return `About 40 s`, `About 3 min`, `About 2 h 10 min`: no more digits than such a guess deserves."""
    if seconds is None:
        return ""
    step = 5 if seconds < 60 else 60 if seconds < 3600 else 600
    rounded = max(step, round(seconds / step) * step)
    return f"About {formats.duration(rounded).replace(f' 00{formats.UNIT_SPACE}s', '')}"


def expected_s(options: Json, configurations: list[Json]) -> float | None:
    """Return the seconds that training all `configurations` takes; None when one of them is unknown."""
    known = {preset["name"]: preset.get("expected_s") for preset in options["presets"]}
    times = [known.get(configuration.get("preset", FIRST)) for configuration in configurations]
    return None if None in times else sum(time for time in times if time is not None)
