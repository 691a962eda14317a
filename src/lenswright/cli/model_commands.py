"""Commands that ask a model. Each returns the exit status."""

from pathlib import Path

from lenswright.cli import tables
from lenswright.cli.arguments import common
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import DONE, FAILED, Session
from lenswright.errors import LenswrightError


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    adding = group.add("predict", "ask what photos show", predict, [common()])
    adding.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")


def predict(session: Session) -> int:
    """Ask what each photo shows; a photo without an answer is named and does not end it."""
    answered, status = [], DONE
    for photo in session.given.photos:
        try:
            answered.append((str(photo), session.api.predict(photo, session.given.task)))
        except (LenswrightError, OSError) as exc:
            session.warn(f"{photo}: {exc}")
            status = FAILED
    if answered or session.given.json:
        record = [{"photo": name, **answer} for name, answer in answered]
        session.answer(record, tables.predictions(answered) if answered else "")
    return status
