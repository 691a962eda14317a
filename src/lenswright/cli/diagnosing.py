"""The commands that look at the machine: they open the stores themselves, to read, and ask no service."""

from dataclasses import asdict

from lenswright.cli.machine_words import findings
from lenswright.cli.service_home import service_settings
from lenswright.cli.session import DONE, FAILED, Session
from lenswright.diagnosis.examination import examine
from lenswright.errors import SettingsError
from lenswright.settings import Settings


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
