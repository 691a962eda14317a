"""No secret leaves by a log line, an error or the output of a trainer."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from lenswright.errors import SettingsError
from lenswright.logs import configure_logs
from lenswright.redaction import redacted, secrets_of
from lenswright.settings import Settings, load_settings

SECRET = "hunter2hunter2"
LEAKS = [
    f"cannot connect to postgresql+psycopg://lens:{SECRET}@db:5432/lens",
    f"redis://:{SECRET}@redis:6379/0 is away",
    f"mlflow at https://user:p@ss/{SECRET}@track.example/api failed",
    f"s3://AKIAKEY:{SECRET}@bucket/prefix",
    f"GET https://store.example/x?aws_secret_access_key={SECRET}&part=1",
    f"connection failed: host=db password={SECRET} user=lens",
    f'{{"api_key": "{SECRET}", "task": "cats"}}',
    f"Authorization: Bearer {SECRET}",
    f"headers: X-API-Key: {SECRET}",
    f"AWS_SECRET_ACCESS_KEY={SECRET}",
    f"the key lw_3_{SECRET * 3} was tried",
    f"WANDB_API_KEY='{SECRET}'",
]
INNOCENT = [
    "POST /predict -> 200",
    "The API listens on http://127.0.0.1:5000",
    "see http://127.0.0.1:5000/dataset/images/1@2x",
    "sqlite:////home/a@b/data/lenswright.db",
    "redis://redis:6379/0 is away",
    "the key 'lab-3' from 10.0.0.7",
    "5 tokens, no secret, one password",
]


@pytest.mark.parametrize("text", LEAKS)
def test_what_looks_like_a_secret_is_hidden_and_the_rest_stays(text: str) -> None:
    shown = redacted(text)
    assert SECRET not in shown
    assert "***" in shown
    assert shown[:3] == text[:3]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


def test_secrets_of_the_environment_are_known_by_their_value() -> None:
    found = secrets_of(
        {
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "WANDB_API_KEY": "0123456789abcdef",
            "MLFLOW_TRACKING_URI": "https://me:trackingpass@mlflow.example",
            "LENSWRIGHT_PORT": "5000",
            "SOME_TOKEN": "true",
        }
    )
    assert set(found) == {SECRET, "0123456789abcdef", "trackingpass"}
    assert redacted(f"it said {SECRET}!", found) == "it said ***!"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_neither_messages_nor_fields_nor_tracebacks_of_the_log_tell_a_secret(
    log_format: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setenv("WANDB_API_KEY", SECRET)
    configure_logs("INFO", log_format)
    log = logging.getLogger("lenswright.trial")
    try:
        log.info("opened %s", f"postgresql://lens:{SECRET}1@db/x", extra={"url": f"redis://:{SECRET}2@r/0"})
        try:
            raise ValueError(f"wandb refused {SECRET}")
        except ValueError:
            log.exception("it failed")
        shown = capsys.readouterr().err
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert "it failed" in shown
    assert "ValueError" in shown
    assert SECRET not in shown


def test_settings_show_no_secret_of_theirs() -> None:
    settings = Settings(
        database_url=f"postgresql://lens:{SECRET}@db/x",
        blob_url=f"s3://key:{SECRET}@bucket",
        limit_storage_url=f"redis://:{SECRET}@r/0",
        api_key=SECRET,  # type: ignore[arg-type]
        _env_file=None,  # type: ignore[call-arg]
    )
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)


def test_a_refused_setting_tells_its_name_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSWRIGHT_TRUSTED_PROXIES", f"http://proxy:{SECRET}@10.0.0.1/")
    with pytest.raises(SettingsError, match="LENSWRIGHT_TRUSTED_PROXIES") as refused:
        load_settings(_env_file=None)
    assert SECRET not in str(refused.value)


def test_doctor_tells_what_is_wrong_with_a_store_and_no_secret_of_it(tmp_path: Path) -> None:
    environment = {
        "LENSWRIGHT_HOME": str(tmp_path),
        "LENSWRIGHT_DATABASE_URL": f"postgresql+nosuchdriver://lens:{SECRET}@127.0.0.1:1/x",
        "LENSWRIGHT_BLOB_URL": f"nosuchstore://key:{SECRET}@bucket",
        "PATH": "",
    }
    done = subprocess.run(
        [sys.executable, "-m", "lenswright.cli", "doctor", "--json"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "database" in done.stdout
    assert "nosuchstore" in done.stdout
    assert json.loads(done.stdout)
    assert SECRET not in done.stdout + done.stderr
