"""The model card as one HTML file: manifest and report in, a page for people out."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from lenswright.evaluation.card import model_card

Json = Mapping[str, Any]


def html_card(manifest: Json, report: Json, history: Sequence[Json] = ()) -> str:
    """Return MODEL_CARD.html of the bundle with this `manifest.json` and `report.json`."""
    return f"<!doctype html><meta charset='utf-8'><pre>{escape(model_card(manifest, report))}</pre>"
