"""The model card as one HTML file that needs nothing else: manifest and report in, a page out.

Every text is escaped: labels, names of tasks and reasons come from users.
"""

import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from lenswright.evaluation import card_content
from lenswright.evaluation.card_content import Json, Section, Table
from lenswright.evaluation.svg_plot import Plot, figure

CODE = re.compile(r"`([^`]+)`")


def html_card(manifest: Json, report: Json, history: Sequence[Json] = ()) -> str:
    """Return MODEL_CARD.html of the bundle with this `manifest.json` and `report.json`.

    `history`: epochs of its learning, for the curves; default: those in the report.
    """
    title = escape(card_content.title(manifest))
    style = files("lenswright.evaluation").joinpath("card.css").read_text("utf-8")
    body = "".join(map(_section, card_content.sections(manifest, report, history)))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style></head><body><main>"
        f"<h1>{title}</h1>{_words(card_content.opening(manifest, report))}{body}</main></body></html>\n"
    )


def _section(section: Section) -> str:
    if not section.blocks:
        return ""
    plots = [figure(block) for block in section.blocks if isinstance(block, Plot)]
    rest = [
        _table(block) if isinstance(block, Table) else _words(block)
        for block in section.blocks
        if not isinstance(block, Plot)
    ]
    drawn = f'<div class="plots">{"".join(plots)}</div>' if plots else ""
    return f"<section><h2>{escape(section.title)}</h2>{''.join(rest[:1])}{drawn}{''.join(rest[1:])}</section>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in table.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _words(text: str) -> str:
    return "<p>" + CODE.sub(r"<code>\1</code>", escape(text)) + "</p>"
