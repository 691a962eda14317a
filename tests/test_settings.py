from pathlib import Path

import pytest

from lenswright.errors import SettingsError
from lenswright.settings import load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_fresh_clone_keeps_all_state_in_its_own_folder(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'lenswright.db'}"
    assert settings.blobs_at("uploads") == str(tmp_path / "uploads")


def test_two_variables_move_the_state_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSWRIGHT_DATABASE_URL", "postgresql+psycopg://db/lens")
    monkeypatch.setenv("LENSWRIGHT_BLOB_URL", "s3://bucket/lens/")
    settings = load_settings()
    assert settings.database == "postgresql+psycopg://db/lens"
    assert settings.blobs_at("models") == "s3://bucket/lens/models"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("LENSWRIGHT_PORT=5001\nLENSWRIGHT_HOST=127.0.0.9\n")
    monkeypatch.setenv("LENSWRIGHT_PORT", "5002")
    assert load_settings().port == 5002
    assert load_settings(port=5003).port == 5003
    assert load_settings(port=None).host == "127.0.0.9"


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("PORT", "http"), ("LOG_LEVEL", "loud"), ("QUEUE_SIZE", "0")]
)
def test_a_bad_value_names_its_variable_and_what_came(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"LENSWRIGHT_{name}", value)
    with pytest.raises(SettingsError, match=rf"LENSWRIGHT_{name}: .*Received: '{value}'"):
        load_settings()
