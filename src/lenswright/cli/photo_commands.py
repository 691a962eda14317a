"""Commands on photos: send, list, label, bin. Each returns the exit status."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from lenswright.cli import data_tables
from lenswright.cli.arguments import common, count, paged
from lenswright.cli.change_words import number, photos_changed
from lenswright.cli.client import Json
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import DONE, FAILED, Session
from lenswright.errors import InputRefused

SHOWN_COPIES = 5
MOST_FILES, MOST_BYTES = 1_000, 200_000_000  # of one request; a larger file goes alone
NEW_LABEL = "take a label that the task does not know yet"
FILTERS = ("label", "split", "source", "batch", "problem", "q", "order")
CHANGES = {
    "delete": "put photos into the bin, for 30 days",
    "restore": "take photos out of the bin",
    "confirm": "say that the labels of photos are right",
}


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    _add_upload(group)
    _add_photos(group)
    named = group.add("label", "give photos a label", label, [common()])
    named.add_argument("label", metavar="LABEL", help='"" takes the label away')
    _add_ids(named)
    named.add_argument("--expected", metavar="OLD", help="change nothing if one has another label by now")
    named.add_argument("--allow-new-label", action="store_true", help=NEW_LABEL)
    for name, text in CHANGES.items():
        _add_ids(group.add(name, text, change, [common()]))
    gone = group.add("forget", "remove photos for good: bytes, features, thumbnails", forget, [common()])
    _add_ids(gone)
    gone.add_argument("--everywhere", action="store_true", help="and the same pictures in all other tasks")
    gone.add_argument("--yes", action="store_true", help="it cannot be undone; say that you know")


def upload(session: Session) -> int:
    """Send photos or zips; a file that cannot be read is named and does not keep the others."""
    given, files = session.given, []
    for file in given.files:
        if file.is_file():
            files.append(file)
        else:
            hint = f"; try: lenswright import {file}" if file.is_dir() else ""
            session.warn(f"{file}: Expected a file{hint}")
    fields = {name: getattr(given, name) for name in ("task", "label", "split", "source")}
    sent = {name: text for name, text in fields.items() if text is not None}
    answers = []
    for part in _parts(files):
        answers.append(session.api.send("/upload-data", sent, [("files[]", file) for file in part]))
        if not given.json:  # what is in is said, whatever becomes of the next part
            session.say(data_tables.upload(answers[-1]))
    if given.json:
        session.answer(answers, "")
    return DONE if len(files) == len(given.files) else FAILED


def photos(session: Session) -> int:
    """List photos."""
    given = session.given
    asked = {name: getattr(given, name) for name in FILTERS}
    asked |= {name: "true" for name in ("unlabelled", "bin") if getattr(given, name)}
    found = session.ask("/dataset/images", page=given.page, page_size=given.limit, **asked)
    session.answer(found, data_tables.page(found, "photos", data_tables.photos))
    return DONE


def label(session: Session) -> int:
    """Label photos, or take their label away."""
    given = session.given
    expected = {} if given.expected is None else {"expected": given.expected or None}
    new = {"allow_new_label": True} if given.allow_new_label else {}
    return _change(
        session, "label", {"photos": given.photos, "label": given.label or None, **expected, **new}
    )


def change(session: Session) -> int:
    """Do what the command is called to photos."""
    return _change(session, session.given.command, {"photos": session.given.photos})


def forget(session: Session) -> int:
    """Remove photos for good, if that is meant."""
    given = session.given
    if not given.yes:
        raise InputRefused(f"Forgetting {number(len(given.photos))} cannot be undone; add --yes to do it.")
    more = {"everywhere": True} if given.everywhere else {}
    done = session.tell("/dataset/images/forget", {"photos": given.photos, **more})
    saw = done.get("models") or []
    models = f" These models saw them: {', '.join(saw)}." if saw else ""
    session.answer(done, f"{number(done['changed'])} forgotten.{models}{_kept_for(done)}")
    return DONE


def _kept_for(done: Json) -> str:
    kept = done.get("kept_for") or []
    if not kept:
        return ""
    named = ", ".join(f"{copy['photo_id']} ({copy['task']})" for copy in kept[:SHOWN_COPIES])
    more = f" and {len(kept) - SHOWN_COPIES} more" if len(kept) > SHOWN_COPIES else ""
    return f" Their bytes stay for the same pictures: {named}{more}; --everywhere forgets those, too."


def _change(session: Session, what: str, body: Json) -> int:
    done = session.tell(f"/dataset/images/{what}", body)
    session.answer(done, photos_changed(done, what))
    return DONE if done["changed"] else FAILED


def _parts(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield `files` in parts that one request takes."""
    part: list[Path] = []
    size = 0
    for file in files:
        bytes_here = file.stat().st_size
        if part and (len(part) == MOST_FILES or size + bytes_here > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(file)
        size += bytes_here
    if part:
        yield part


def _add_upload(group: CommandGroup) -> None:
    adding = group.add("upload", "send photos or zips to the service", upload, [common()])
    adding.add_argument("files", nargs="+", type=Path, metavar="FILE")
    adding.add_argument("--label", help="the class of all of them")
    adding.add_argument("--split", help="train, validation or test")
    adding.add_argument("--source", help="where they come from")


def _add_photos(group: CommandGroup) -> None:
    adding = group.add("photos", "list photos", photos, [paged("photos")])
    adding.add_argument("--label", help="with this label")
    adding.add_argument("--split", help="of this split")
    adding.add_argument("--source", help="from this source")
    adding.add_argument("--batch", type=count, metavar="ID", help="that this upload brought")
    adding.add_argument("--problem", help="blurred, dark, bright, tiny or odd_shape")
    adding.add_argument("--name", dest="q", metavar="TEXT", help="with this in the file name")
    adding.add_argument("--order", help="newest, oldest, sharpness, brightness or size")
    adding.add_argument("--unlabelled", action="store_true", help="without a label")
    adding.add_argument("--bin", action="store_true", help="in the bin")


def _add_ids(adding: argparse.ArgumentParser) -> None:
    adding.add_argument("photos", nargs="+", type=count, metavar="ID", help="numbers of photos")
