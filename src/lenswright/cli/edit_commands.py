"""Commands on what was done to the data set: uploads, edits, undo. Each returns the exit status."""

from lenswright.cli import change_words, data_tables
from lenswright.cli.arguments import common, count, paged
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.session import DONE, FAILED, Session


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    listed = group.add("batches", "list the uploads and imports, or report one", batches, [paged("uploads")])
    listed.add_argument("edit", type=count, nargs="?", metavar="ID", help="report this one, file by file")
    listed.add_argument("--outcome", help="stored, labelled, duplicate, refused or restored")
    done = group.add("edits", "who changed what, and when", edits, [paged("edits")])
    done.add_argument("edit", type=count, nargs="?", metavar="ID", help="report this one, photo by photo")
    done.add_argument("--photo", type=count, metavar="ID", help="what was done to this photo")
    undone = group.add("undo", "reverse an edit: an upload, a label, a deletion", undo, [common()])
    undone.add_argument("edit", type=count, metavar="EDIT")


def batches(session: Session) -> int:
    """List the uploads, or report one."""
    return _list(session, "batches", outcome=session.given.outcome if session.given.edit else None)


def edits(session: Session) -> int:
    """List the edits, or report one."""
    return _list(session, "edits", photo=session.given.photo)


def undo(session: Session) -> int:
    """Reverse an edit; what has changed since is left alone and said; 1 if that is all of it."""
    done = session.tell(f"/dataset/edits/{session.given.edit}/undo")
    session.answer(done, change_words.undone(done))
    return DONE if done["changed"] else FAILED


def _list(session: Session, noun: str, **more: object) -> int:
    given = session.given
    paging = {"page": given.page, "page_size": given.limit, **more}
    if given.edit is None:
        found = session.ask(f"/dataset/{noun}", **paging)
        session.answer(found, data_tables.page(found, noun, data_tables.edits))
    else:
        found = session.ask(f"/dataset/{noun}/{given.edit}", **paging)
        session.answer(found, data_tables.edit(found))
    return DONE
