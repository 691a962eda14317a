"""Commands on what a person should look at, and corrections. Each returns the exit status."""

from pathlib import Path
from urllib.parse import quote

from lenswright.cli import data_tables
from lenswright.cli.arguments import common, paged
from lenswright.cli.client import Json
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import DONE, Session
from lenswright.errors import InputRefused

NEW_LABEL = "take a label that the task does not know yet"
DECISIONS = ("accept", "drop", "confirm")
DONE_WORDS = {
    "accept": "has the label {label!r} now",
    "drop": "is in the bin",
    "confirm": "keeps its label, as right",
}


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    listed = group.add("review", "list what a person should look at, or decide it", review, [paged("items")])
    listed.add_argument(
        "decision", nargs="?", choices=DECISIONS, help="accept ITEM LABEL, drop ITEM or confirm ITEM"
    )
    listed.add_argument("item", nargs="?", metavar="ITEM", help="as the list names it")
    listed.add_argument("label", nargs="?", metavar="LABEL", help="the right one")
    listed.add_argument("--allow-new-label", action="store_true", help=NEW_LABEL)
    listed.add_argument("--kind", help="feedback, unsure, unknown or label_error")
    said = group.add("feedback", "say what a photo really showed", feedback, [common()])
    said.add_argument("request_id", metavar="REQUEST_ID", help="as /predict answered it")
    said.add_argument("label", metavar="LABEL", help="what it showed")
    said.add_argument("--allow-new-label", action="store_true", help=NEW_LABEL)
    said.add_argument("--photo", type=Path, help="the photo, if it was not kept")


def review(session: Session) -> int:
    """List what waits for a person, or decide one of it."""
    given = session.given
    if given.decision is None:
        found = session.ask("/review", kind=given.kind, page=given.page, page_size=given.limit)
        session.answer(found, data_tables.page(found, "items", data_tables.items))
        return DONE
    accepts = given.decision == "accept"
    if given.item is None or accepts != (given.label is not None):
        raise InputRefused(f"Expected: lenswright review {given.decision} ITEM{' LABEL' if accepts else ''}")
    body: Json = {"label": given.label, **_new(session)} if accepts else {given.decision: True}
    done = session.api.post(f"/review/{quote(given.item, safe='')}", body)  # an item knows its task
    session.answer(done, f"{given.item} {DONE_WORDS[given.decision].format(label=given.label)}.")
    return DONE


def feedback(session: Session) -> int:
    """Send what a photo really showed, and the photo if it is named. Raises InputRefused."""
    given = session.given
    body: Json = {"request_id": given.request_id, "label": given.label, **_new(session)}
    if given.photo is None:
        done = session.tell("/feedback", body)
    else:
        named = {"task": given.task} if given.task else {}
        fields = {name: str(value).lower() if value is True else value for name, value in body.items()}
        try:
            done = session.api.send("/feedback", {**fields, **named}, [("image", given.photo)])
        except OSError as exc:
            raise InputRefused(f"{given.photo} cannot be read: {exc.strerror or exc}.") from exc
    session.answer(done, _noted(done))
    return DONE


def _noted(done: Json) -> str:
    """Return what became of a correction."""
    words = [f"Noted as review {done['review']}."]
    if done.get("right") is not None:
        words.append("The prediction was right." if done["right"] else "The prediction was wrong.")
    if done.get("waits"):
        words.append("It waits for a decision: lenswright review")
    return " ".join([*words, *([done["hint"]] if done.get("hint") else [])])


def _new(session: Session) -> Json:
    return {"allow_new_label": True} if session.given.allow_new_label else {}
