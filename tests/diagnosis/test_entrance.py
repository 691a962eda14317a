"""What doctor says of who may use the API."""

from pathlib import Path
from typing import Any

import pytest

from lenswright.access.keys import Keys, KeyWish
from lenswright.access.roles import Role
from lenswright.diagnosis.entrance import check_access
from lenswright.settings import Settings
from lenswright.storage.database import Database

ELSEWHERE = {"host": "0.0.0.0"}


def settings_of(home: Path, url: str, **changes: Any) -> Settings:
    return Settings(home=home, database_url=url, _env_file=None, **changes)  # type: ignore[call-arg]


def test_on_loopback_nothing_is_asked_of_anybody(tmp_path: Path) -> None:
    finding = check_access(settings_of(tmp_path, f"sqlite:///{tmp_path}/none.db"))
    assert (finding.status, "only this machine" in finding.message) == ("ok", True)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("changes", "role", "status"),
    [
        (ELSEWHERE, None, "problem"),
        (ELSEWHERE, Role.TRAINER, "problem"),
        (ELSEWHERE, Role.ADMIN, "ok"),
        ({**ELSEWHERE, "insecure": True}, None, "warning"),
        ({**ELSEWHERE, "require_keys": "no"}, Role.ADMIN, "problem"),
        ({"require_keys": "yes"}, None, "problem"),
        ({"require_keys": "yes"}, Role.ADMIN, "ok"),
    ],
)
def test_elsewhere_a_key_of_role_admin_is_looked_for(
    tmp_path: Path, database: Database, database_url: str, changes: Any, role: Role | None, status: str
) -> None:
    if role is not None:
        Keys(database).create(KeyWish("a", role), by="tom")
    finding = check_access(settings_of(tmp_path, database_url, **changes))
    assert finding.status == status
    assert finding.advice or status == "ok"


def test_before_the_first_start_the_command_is_told(tmp_path: Path) -> None:
    finding = check_access(settings_of(tmp_path, f"sqlite:///{tmp_path}/none.db", **ELSEWHERE))
    assert finding.status == "problem"
    assert "lenswright keys create" in finding.advice
    assert not (tmp_path / "none.db").exists()
