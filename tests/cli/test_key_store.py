"""The commands on keys, which open the store themselves: no service needs to run."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lenswright.access.audit import AuditTrail, AuditWish
from lenswright.access.key_ring import KeyRing
from lenswright.access.keys import Keys
from lenswright.cli.__main__ import main
from lenswright.storage.database import open_database
from tests.cli.conftest import Called

Call = Callable[..., Called]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LENSWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USER", "tom")
    monkeypatch.setenv("LOGNAME", "tom")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def keys(home: Path) -> Call:
    """Return `keys("create", "ci", "--role", "admin")`."""

    def call(*arguments: str) -> Called:
        out, err = io.StringIO(), io.StringIO()
        status = main(["keys", *arguments], out, err)
        return Called(status, out.getvalue(), err.getvalue())

    return call


def test_the_first_key_is_made_without_a_service_and_opens(keys: Call, home: Path) -> None:
    made = keys("create", "first", "--role", "admin")
    assert made.status == 0
    secret = made.out.strip()
    assert secret.startswith("lw_1_")
    assert secret not in made.err
    assert str(home) in made.err
    assert "once" in made.err
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    found = KeyRing(Keys(database)).find(secret)
    database.close()
    assert found is not None
    assert (found.name, found.role.title, found.created_by) == ("first", "admin", "command line, tom")


def test_keys_are_listed_and_revoked(keys: Call) -> None:
    assert keys("list").out == "There are no keys.\n"
    secret = keys("create", "ci", "--role", "viewer", "--per-minute", "60", "--expires", "1.5").out.strip()
    heads, line = keys("list").out.splitlines()
    assert heads.split() == ["id", "name", "role", "state", "a", "minute", "made", "expires", "used", "last"]
    assert line.split()[:5] == ["1", "ci", "viewer", "valid", "60"]
    assert "opens nothing any more" in keys("revoke", "1").out
    told = keys("list")
    assert " revoked " in told.out
    assert secret.rpartition("_")[2] not in told.out + told.err


def test_as_json_a_key_is_told_with_all_that_is_known_of_it(keys: Call) -> None:
    made = json.loads(keys("create", "ci", "--role", "trainer", "--json").out)
    assert (made["id"], made["role"], made["state"], made["expires_at"]) == (1, "trainer", "valid", None)
    assert made["key"].startswith("lw_1_")
    [listed] = json.loads(keys("list", "--json").out)["keys"]
    assert {**listed, "key": made["key"]} == made


def test_each_change_is_in_the_audit_log_and_each_failure(keys: Call, home: Path) -> None:
    keys("create", "ci", "--role", "viewer")
    keys("create", "ci", "--role", "admin")
    keys("revoke", "1")
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    _, entries = AuditTrail(database).page(AuditWish(), offset=0, limit=9)
    database.close()
    assert [(entry.deed.action, entry.deed.target, entry.outcome) for entry in entries] == [
        ("lenswright keys revoke", "1", "done"),
        ("lenswright keys create", "ci", "failed"),
        ("lenswright keys create", "ci", "done"),
    ]
    assert {entry.deed.by for entry in entries} == {"command line, tom"}
    assert dict(entries[2].deed.detail) == {"id": 1, "name": "ci", "role": "viewer"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", " ci", "--role", "admin"), "Expected a name"),
        (("revoke", "7"), "no key '7'"),
        (("create", "ci", "--role", "admin", "--expires", "99999"), "days"),
        (("create", "ci", "--role", "admin", "--per-minute", "99999999"), "per_minute"),
    ],
)
def test_what_cannot_be_is_refused(keys: Call, arguments: tuple[str, ...], said: str) -> None:
    refused = keys(*arguments)
    assert (refused.status, refused.out) == (1, "")
    assert said in refused.err


@pytest.mark.parametrize(
    "arguments",
    [(), ("create", "ci"), ("create", "ci", "--role", "root"), ("revoke", "x"),
     ("create", "ci", "--role", "admin", "--expires", "nan")],
)  # fmt: skip
def test_what_is_not_understood_is_told(keys: Call, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        keys(*arguments)


def test_another_home_can_be_named(keys: Call, tmp_path: Path) -> None:
    keys("create", "ci", "--role", "admin", "--home", str(tmp_path / "other"))
    assert (tmp_path / "other" / "data" / "lenswright.db").exists()
    assert keys("list").out == "There are no keys.\n"
