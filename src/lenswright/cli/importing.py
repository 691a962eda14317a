"""The one command that writes into the stores itself, with the service's own settings: import.

No server path goes through the API, and photos come in as fast as they are decoded. It is safe beside
running instances, as the intake is.
"""

import time
from contextlib import closing
from dataclasses import dataclass

from lenswright.access.audit import AuditTrail, Deed
from lenswright.cli.client import Json
from lenswright.cli.home_check import Opened, check_seen
from lenswright.cli.import_words import announced, how_far, told
from lenswright.cli.line import Line
from lenswright.cli.os_user import os_user
from lenswright.cli.service_home import service_settings
from lenswright.cli.session import DONE, FAILED, STOPPED, Session
from lenswright.dataset.folder_import import FolderImport, ImportWish
from lenswright.dataset.import_lock import alone
from lenswright.dataset.intake import Intake
from lenswright.dataset.labels import normalise_label, normalise_source, normalise_task
from lenswright.dataset.photo_source import open_source
from lenswright.dataset.zip_safety import ArchiveLimits
from lenswright.errors import LenswrightError
from lenswright.imaging.decode import DecodeLimits
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database

SHOW_S = 0.1
STOPPED_WORDS = "Stopped."


@dataclass(frozen=True)
class Attempt:
    """How far one attempt came: files `done`, in `seconds`, and what ended it before its time."""

    done: int
    seconds: float
    problem: str | None


def run(session: Session) -> int:
    """Import what is asked for; 0 unless nothing could be taken in or it broke off, 3 if it was stopped."""
    settings = service_settings(session.given.home)
    wish = _wish(session, settings)
    most = ArchiveLimits(
        settings.max_archive_members,
        settings.max_archive_bytes,
        settings.max_file_bytes,
        settings.max_archive_ratio,
    )
    with (
        closing(open_source(wish.path, most)) as source,
        closing(open_database(settings.database)) as database,
        alone(settings.data_folder / "imports", wish.task, wish.path),
    ):
        work = FolderImport(database, _intake(database, settings), wish, source)
        record: Json = {"home": str(settings.home.resolve()), "task": wish.task}
        record |= {"path": str(wish.path), "layout": work.plan.layout}
        record |= {"list": work.plan.list_name, "files": work.total, "done_before": work.done_before}
        record |= {"notes": [*source.notes]}
        session.warn(announced(record))
        trail = AuditTrail(database, keep_days=settings.audit_days)
        with trail.recording(Deed(wish.by, "lenswright import", str(wish.path))) as said:
            if session.given.home is None:
                _check_home(session, work)
            attempt = _attempt(session, work)
            record |= _outcome(work, attempt)
            said |= {"task": wish.task, "edit": record["batch"], "problem": record["problem"]}
            said |= record["counts"]
    session.answer(record, told(record))
    return _status(record)


def _check_home(session: Session, work: FolderImport) -> None:
    """Open the edit and let the service look for it. Raises InputRefused, with no edit left behind."""
    try:
        edit = work.open()
        check_seen(session.api, Opened(edit.id, edit.task, str(edit.detail["path"]), edit.at))
    except BaseException:
        work.withdraw()
        raise


def _attempt(session: Session, work: FolderImport) -> Attempt:
    """Take everything in, with the progress on the screen; what is in stays, whatever happens."""
    line, began, done, shown_at = Line(session.err), time.monotonic(), 0, 0.0
    before = began
    problem = None
    try:
        for _ in work.run():
            now = time.monotonic()
            if now - shown_at >= SHOW_S:  # files come in by chunks: what is done was done at `before`
                shown_at = now
                per_s = done / (before - began) if before > began else None
                text, share = how_far(work.done_before + done, work.total, per_s)
                line.show(text, share=share)
            done, before = done + 1, now
    except KeyboardInterrupt:
        problem = STOPPED_WORDS
    except LenswrightError as exc:
        problem = str(exc)
    finally:
        line.end()
    return Attempt(done, time.monotonic() - began, problem)


def _outcome(work: FolderImport, attempt: Attempt) -> Json:
    """Return what the whole import came to, and how fast this attempt was."""
    report = work.report()
    return {
        "batch": report and report.edit,
        "counts": report.counts if report else {},
        "label_conflicts": report.conflicts if report else 0,
        "refused": [
            {"filename": entry.filename, "code": entry.code, "reason": entry.reason}
            for entry in (report.refused if report else ())
        ],
        "unlabelled": dict(report.unlabelled) if report else {},
        "done": attempt.done,
        "seconds": round(attempt.seconds, 2),
        "photos_per_s": round(attempt.done / max(attempt.seconds, 1e-6), 1),
        "problem": attempt.problem,
    }


def _status(record: Json) -> int:
    if record["problem"] == STOPPED_WORDS:
        return STOPPED
    in_now = sum(record["counts"].values()) - record["counts"].get("refused", 0)
    return DONE if record["problem"] is None and in_now else FAILED


def _wish(session: Session, settings: Settings) -> ImportWish:
    given = session.given
    return ImportWish(
        task=normalise_task(given.task or settings.default_task),
        path=given.path.resolve(),
        layout=given.layout,
        source=None if given.source is None else normalise_source(given.source),
        label=None if given.label is None else normalise_label(given.label),
        split=given.split,
        by=os_user(),
    )


def _intake(database: Database, settings: Settings) -> Intake:
    limits = DecodeLimits(settings.max_file_bytes, settings.max_pixels)
    return Intake(database, Blobs(settings.blobs_at("uploads")), limits=limits)
