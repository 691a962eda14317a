"""Whether callers must show a key, and which services do not start."""

from pathlib import Path

import pytest

from lenswright.access.entrance import check_entrance, keys_needed
from lenswright.access.keys import Keys, KeyWish
from lenswright.access.roles import Role
from lenswright.errors import SettingsError
from lenswright.settings import Settings
from lenswright.storage.database import Database

NOBODY, TRAINER, ADMIN = None, Role.TRAINER, Role.ADMIN
NEEDED, OPEN, WARNED, REFUSED = "needed", "open", "open, with a warning", "refused"


@pytest.mark.parametrize(
    ("changes", "have", "becomes"),
    [
        ({"host": "127.0.0.1"}, NOBODY, OPEN),
        ({"host": "localhost"}, ADMIN, OPEN),
        ({"host": "::1"}, NOBODY, OPEN),
        ({"host": "127.0.0.1", "require_keys": "yes"}, NOBODY, REFUSED),
        ({"host": "127.0.0.1", "require_keys": "yes"}, ADMIN, NEEDED),
        ({"host": "127.0.0.1", "require_keys": "yes", "insecure": True}, NOBODY, OPEN),
        ({"host": "127.0.0.1", "trusted_proxies": "127.0.0.1"}, NOBODY, REFUSED),
        ({"host": "127.0.0.1", "trusted_proxies": "127.0.0.1"}, ADMIN, NEEDED),
        ({"host": "0.0.0.0"}, NOBODY, REFUSED),
        ({"host": "0.0.0.0"}, TRAINER, REFUSED),
        ({"host": "0.0.0.0"}, ADMIN, NEEDED),
        ({"host": "::"}, NOBODY, REFUSED),
        ({"host": "some.name.example"}, NOBODY, REFUSED),
        ({"host": "0.0.0.0", "insecure": True}, NOBODY, WARNED),
        ({"host": "0.0.0.0", "insecure": True}, TRAINER, WARNED),
        ({"host": "0.0.0.0", "insecure": True}, ADMIN, NEEDED),
        ({"host": "0.0.0.0", "require_keys": "no"}, ADMIN, REFUSED),
        ({"host": "0.0.0.0", "require_keys": "no", "insecure": True}, ADMIN, WARNED),
    ],
)
def test_a_start_is_as_open_as_it_is_meant(
    changes: dict[str, object], have: Role | None, becomes: str, database: Database
) -> None:
    keys = Keys(database)
    if have is not None:
        keys.create(KeyWish("a", have), by="tom")
    settings = Settings(_env_file=None, **changes)  # type: ignore[call-arg, arg-type]
    try:
        warning = check_entrance(settings, keys)
    except SettingsError:
        found = REFUSED
    else:
        found = NEEDED if keys_needed(settings, keys) else WARNED if warning else OPEN
    assert found == becomes


def test_the_refusal_shows_the_command_that_makes_the_first_key(database: Database, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, host="0.0.0.0", home=tmp_path)  # type: ignore[call-arg]
    with pytest.raises(SettingsError) as caught:
        check_entrance(settings, Keys(database))
    assert f"lenswright keys create NAME --role admin --home {tmp_path}" in str(caught.value)
    assert "--insecure" in str(caught.value)
    assert "0.0.0.0" in str(caught.value)
