"""The commands that look at the machine: they open the stores themselves, to read, and ask no service."""

import os
from collections.abc import Iterator
from dataclasses import asdict

from lenswright.cli.line import Line
from lenswright.cli.machine_words import BUSY, findings, step, tuned
from lenswright.cli.service_home import service_settings
from lenswright.cli.session import DONE, FAILED, Session
from lenswright.cpus import cpu_count
from lenswright.diagnosis.examination import examine
from lenswright.diagnosis.serving_choice import Measured, choose, levels, together
from lenswright.diagnosis.serving_speed import TURNS, classifiers, measure_turns, serving_bundle
from lenswright.errors import SettingsError
from lenswright.settings import Settings

BUSY_SHARE = 0.5  # of the CPUs, in the last minute


def doctor(session: Session) -> int:
    """Say of every check how it stands; 1 if there is a problem."""
    settings: Settings | SettingsError
    try:
        settings = service_settings(session.given.home)
    except SettingsError as exc:
        settings = exc
    found = [asdict(finding) for finding in examine(settings)]
    well = all(row["status"] != "problem" for row in found)
    home = None if isinstance(settings, SettingsError) else str(settings.home.resolve())
    session.answer({"ok": well, "home": home, "checks": found}, findings(found))
    return DONE if well else FAILED


def tune_serving(session: Session) -> int:
    """Measure this machine with the model that serves, and say which settings suit it.

    Raises NoModel, BundleRefused or StorageFailure.
    """
    settings, cpus = service_settings(session.given.home), cpu_count()
    task = session.given.task or settings.default_task
    bundle = serving_bundle(settings, task)
    busy = os.getloadavg()[0] > cpus * BUSY_SHARE
    if busy:
        session.warn(BUSY)
    loaded, tried = classifiers(bundle), levels(cpus)
    turns = measure_turns(loaded, tried, session.given.seconds)
    measured = together(_followed(session, turns, TURNS * len(loaded) * len(tried)))
    record = {
        "task": task,
        "version": bundle.manifest.version,
        "cpus": cpus,
        "busy": busy,
        "network": loaded[0].network,
        "measured": [asdict(row) for row in measured],
        "settings": [asdict(choice) for choice in choose(measured, loaded[0].network)],
    }
    session.answer(record, tuned(record))
    return DONE


def _followed(session: Session, turns: Iterator[Measured], total: int) -> Iterator[Measured]:
    """Yield the turns, with the progress on the screen."""
    line = Line(session.err)
    try:
        for done, turn in enumerate(turns, start=1):
            line.show(step(done, total), share=done / total)
            yield turn
    finally:
        line.end()
