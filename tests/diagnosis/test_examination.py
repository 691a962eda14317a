"""The whole examination, of a home that is well and of homes that are not."""

import sqlite3
from pathlib import Path

import pytest

from lenswright.diagnosis.examination import examine
from lenswright.diagnosis.finding import Finding
from lenswright.errors import SettingsError
from lenswright.settings import Settings
from lenswright.storage.migrate import HEAD
from tests.models import TASK, VERSION

MODEL = f"model of {TASK}"


def found(settings: Settings | SettingsError, **environment: str) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(settings, environment)}


def contents(home: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file()}


def test_a_home_that_is_well_has_no_problem_and_stays_as_it_is(settings: Settings) -> None:
    before = contents(settings.home)
    checks = found(settings)
    of_home = ("settings", "home", "uploads", "models", "leftovers", "database", "migrations", "integrity",
               MODEL, "bundled model", "API port", "dashboard port")  # fmt: skip
    assert {name: checks[name].status for name in of_home} == dict.fromkeys(of_home, "ok")
    assert VERSION in checks[MODEL].message
    assert "doctor" not in checks
    assert contents(settings.home) == before


def test_a_home_where_nothing_ever_ran_is_no_problem_and_nothing_is_made(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new", bundled_models=tmp_path / "none")
    checks = found(settings)
    assert checks["database"].status == "warning"
    assert checks["models"].status == "warning"  # no champion; the store of the same name was checked before
    assert checks["bundled model"].status == "warning"
    assert not (tmp_path / "new").exists()


def test_a_damaged_bundle_is_named_with_its_checksums(settings: Settings, home: Path) -> None:
    network = home / "models" / TASK / VERSION / "model.onnx"
    network.write_bytes(network.read_bytes()[:-1])
    finding = found(settings)[MODEL]
    assert finding.status == "problem"
    assert "model.onnx" in finding.message
    assert "is damaged" in finding.message


def test_a_champion_whose_bundle_is_gone_is_a_problem(settings: Settings, home: Path) -> None:
    (home / "models" / TASK / VERSION / "manifest.json").unlink()
    assert found(settings)[MODEL].status == "problem"


def test_a_file_that_is_no_database_is_a_problem_that_hides_no_other_check(
    settings: Settings, home: Path
) -> None:
    (home / "data" / "lenswright.db").write_bytes(b"no database at all" * 100)
    checks = found(settings)
    assert checks["database"].status == "problem"
    assert "back-up" in checks["database"].advice
    assert checks["bundled model"].status == "ok"


@pytest.mark.parametrize(
    ("revision", "status"),
    [("0001", "warning"), ("0004", "warning"), (HEAD, "ok"), ("9999", "problem"), (None, "warning")],
)
def test_a_database_of_another_version_is_told_and_not_migrated(
    settings: Settings, home: Path, revision: str | None, status: str
) -> None:
    file = home / "data" / "lenswright.db"
    connection = sqlite3.connect(file)
    if revision is None:
        connection.execute("DROP TABLE alembic_version")
    else:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.commit()
    connection.close()
    before = file.read_bytes()
    assert found(settings)["migrations"].status == status
    assert file.read_bytes() == before


def test_a_bad_setting_is_named_and_the_machine_is_still_checked() -> None:
    checks = found(SettingsError("LENSWRIGHT_PORT: too large. Received: '70000'."))
    assert checks["settings"].status == "problem"
    assert "LENSWRIGHT_PORT" in checks["settings"].message
    assert checks["CPUs"].status == "ok"
    assert "database" not in checks


def test_a_misspelt_setting_is_named(settings: Settings) -> None:
    environment = {"LENSWRIGHT_PROT": "1", "LENSWRIGHT_PORT": "5001", "LENSWRIGHT_TEST_DATABASE_URL": ""}
    finding = found(settings, **environment)["settings"]
    assert (finding.status, finding.message) == ("warning", "no such setting: LENSWRIGHT_PROT")
