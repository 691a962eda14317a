"""Commands on what a person should look at, and corrections. Each returns the exit status."""

from pathlib import Path
from urllib.parse import quote

from lenswright.cli import data_tables
from lenswright.cli.arguments import common, paged
from lenswright.cli.change_words import undo_it
from lenswright.cli.client import Json
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import DONE, Session
from lenswright.errors import InputRefused

NEW_LABEL = "take a label that the task does not know yet"
MOST_ITEMS = 500  # a page
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
        "decision",
        nargs="?",
        metavar="DECISION",
        help="accept ITEM LABEL, drop ITEM or confirm ITEM; an ITEM alone is shown",
    )
    listed.add_argument("item", nargs="?", metavar="ITEM", help="as the list names it")
    listed.add_argument(
        "label", nargs="?", metavar="LABEL", help="the right one (default: the suggested one)"
    )
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
    if given.decision not in DECISIONS:
        return _show(session)
    accepts = given.decision == "accept"
    if given.item is None or (given.label is not None and not accepts):
        raise InputRefused(
            f"Expected: lenswright review {given.decision} ITEM{' [LABEL]' if accepts else ''}"
        )
    label = (given.label or _suggested(session)) if accepts else None
    body: Json = {"label": label, **_new(session)} if accepts else {given.decision: True}
    done = session.api.post(f"/review/{quote(given.item, safe='')}", body)  # an item knows its task
    said = f"{given.item} {DONE_WORDS[given.decision].format(label=label)}."
    session.answer(done, f"{said}{undo_it(done.get('edit'))}")
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


def _show(session: Session) -> int:
    given = session.given
    if given.item is not None:
        raise InputRefused(f"Expected one of {', '.join(DECISIONS)}. Received: {given.decision!r}.")
    found = _item(session, given.decision)
    session.answer(found, data_tables.items([found]))
    return DONE


def _suggested(session: Session) -> str:
    """Return the label that is suggested for an item. Raises InputRefused."""
    suggested = _item(session, session.given.item).get("suggested")
    if not suggested:
        raise InputRefused(
            f"No label is suggested for {session.given.item}. Expected:"
            f" lenswright review accept {session.given.item} LABEL"
        )
    return str(suggested)


def _item(session: Session, name: str) -> Json:
    """Return an item of the queue, looked for page by page. Raises InputRefused."""
    page, seen = 1, 0
    while True:
        found = session.ask("/review", page=page, page_size=MOST_ITEMS)
        for item in found["items"]:
            if str(item["id"]) == name:
                return dict(item)
        page, seen = page + 1, seen + len(found["items"])
        if not found["items"] or seen >= found["total"]:
            task = f"the task {session.given.task}" if session.given.task else "the default task"
            raise InputRefused(
                f"There is no item {name!r} in the queue of {task}. Expected an item of: lenswright review,"
                f" or {', '.join(DECISIONS)}; --task names another task."
            )


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
