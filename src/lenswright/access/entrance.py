"""Whether callers must show a key, and whether a service may start as it is set up."""

from lenswright.access.keys import Keys
from lenswright.browser_safety import is_loopback_name
from lenswright.errors import SettingsError
from lenswright.settings import Settings


def open_to_others(settings: Settings) -> bool:
    """Return whether the API can be reached from elsewhere than this machine, if only through a proxy."""
    return not is_loopback_name(settings.host) or bool(settings.trusted_proxies)


def keys_needed(settings: Settings, keys: Keys) -> bool:
    """Return whether every caller must show a key.

    Nobody must where `insecure` is set and there is no key of role admin, for nobody could make another key.
    Raises StorageFailure.
    """
    if settings.require_keys == "no" or (settings.require_keys == "auto" and not open_to_others(settings)):
        return False
    return keys.has_admin() or not settings.insecure


def check_entrance(settings: Settings, keys: Keys) -> str | None:
    """Return what is to be warned of before the service listens, None if all is well.

    Raises SettingsError for a service that strangers could use as they like, or that nobody could look after.
    """
    needed = keys_needed(settings, keys)
    if needed and not keys.has_admin():
        raise SettingsError(
            f"LENSWRIGHT_HOST={settings.host}: callers would need an API key, and there is no valid one of"
            f" role admin. Make one, which is told once: {command_for_first_key(settings)}. To let everybody"
            " who reaches the API do everything, start with --insecure."
        )
    if needed or not open_to_others(settings):
        return None
    if not settings.insecure:
        raise SettingsError(
            f"LENSWRIGHT_REQUIRE_KEYS=no: everybody who reaches {settings.host} could do everything."
            " Expected: auto or yes. To allow it all the same, start with --insecure."
        )
    return f"insecure: everybody who reaches {settings.host} can do everything, for no key is needed"


def command_for_first_key(settings: Settings) -> str:
    """Return what makes a key of role admin in the home of `settings`."""
    return f"lenswright keys create NAME --role admin --home {settings.home.resolve()}"
