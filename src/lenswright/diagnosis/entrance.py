"""Whether strangers are kept out, and somebody can get in; the keys are read, never made."""

from contextlib import closing

from lenswright.access.entrance import check_entrance, command_for_first_key, open_to_others
from lenswright.access.keys import Keys
from lenswright.diagnosis.finding import Finding, ok, problem, warning
from lenswright.errors import NotFound, SettingsError
from lenswright.settings import Settings
from lenswright.storage.read_only import open_read_only, state_of

NAME = "access"


def check_access(settings: Settings) -> Finding:
    """Return who may use the API as it is set up. Raises StorageFailure where the keys cannot be read."""
    if not open_to_others(settings) and settings.require_keys != "yes":
        return ok(NAME, "no key is needed: only this machine reaches the API")
    try:
        with closing(open_read_only(settings.database)) as database:
            if state_of(database) in ("current", "newer"):
                warned = check_entrance(settings, Keys(database))
                return warning(NAME, warned, "Make a key of role admin.") if warned else _closed()
    except (SettingsError, NotFound) as exc:
        return problem(NAME, str(exc), f"{command_for_first_key(settings)}, or start with --insecure")
    return warning(NAME, "there are no keys yet", command_for_first_key(settings))


def _closed() -> Finding:
    return ok(NAME, "every caller needs a key, and there is a valid one of role admin")
