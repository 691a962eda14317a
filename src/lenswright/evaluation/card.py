"""The model card as Markdown: manifest and report in, MODEL_CARD.md out."""

from collections.abc import Iterable, Sequence
from typing import Any

from lenswright.evaluation import card_content
from lenswright.evaluation.card_content import Json, Section, Table


def model_card(manifest: Json, report: Json) -> str:
    """Return MODEL_CARD.md of the bundle with this `manifest.json` and `report.json`."""
    parts = [f"# {_text(card_content.title(manifest))}", _text(card_content.opening(manifest, report))]
    parts += filter(None, map(_section, card_content.sections(manifest, report)))
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    """Return the section without its plots, nothing if there is nothing else."""
    blocks = [
        _table(block.header, block.rows) if isinstance(block, Table) else _text(block)
        for block in section.blocks
        if isinstance(block, Table | str)
    ]
    return "\n\n".join([f"## {section.title}", *blocks]) if blocks else ""


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_text(cell) for cell in line) + " |" for line in lines)


def _text(value: object) -> str:
    """Return a value so that a label cannot end a table cell or become mark-up."""
    escaped = str(value).replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")
    return " ".join(escaped.split())
