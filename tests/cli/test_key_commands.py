"""The audit log on the command line, and the key that is sent with every question."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lenswright.cli.client import Client
from lenswright.cli.own_key import own_key
from lenswright.errors import ApiRefused
from tests.cli.conftest import Called
from tests.cli.data_api import DataApi
from tests.dashboard.fake_api import FakeApi

ENTRY = {
    "id": 7, "at": "2026-11-21T08:01:02.345Z", "by": "key 'lab-3' from 10.0.0.7", "role": "trainer",
    "key_id": 3, "address": "10.0.0.7", "action": "POST /train", "target": "/train", "outcome": "202",
    "detail": {"run_id": 4, "task": None}, "request_id": "r", "instance": "i",
}  # fmt: skip
PAGE = {"page": 1, "page_size": 20, "total": 2}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LENSWRIGHT_API_KEY", raising=False)
    return tmp_path


def test_the_audit_log_is_a_table(api: DataApi, ask: Callable[..., Called]) -> None:
    cut = {**ENTRY, "id": 6, "outcome": None, "detail": {}}
    api.answers["/audit"] = {**PAGE, "entries": [ENTRY, cut]}
    told = ask("audit", "--by", "lab-3", "--action", "train", "--since", "2026-11-01", "--limit", "20")
    assert api.asked[0].query == {
        **{"by": "lab-3", "action": "train", "since": "2026-11-01", "page": "1", "page_size": "20"}
    }
    _, first, second, *_ = told.out.splitlines()
    assert first.split() == [
        *("7", "2026-11-21", "08:01:02", "key", "'lab-3'", "from", "10.0.0.7", "POST", "/train", "/train"),
        *("202", "run_id=4"),
    ]
    assert "no end" in second


def test_a_log_without_entries_says_so(api: DataApi, ask: Callable[..., Called]) -> None:
    api.answers["/audit"] = {**PAGE, "total": 0, "entries": []}
    assert ask("audit").out == "There are no entries.\n"


def test_the_key_of_the_environment_is_sent(
    fake: FakeApi, lenswright: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.key = "lw_1_right"
    refused = lenswright("runs")
    assert refused.status == 1
    assert "LENSWRIGHT_API_KEY" in refused.err
    monkeypatch.setenv("LENSWRIGHT_API_KEY", "lw_1_right")
    assert lenswright("runs").status == 0


def test_a_key_may_stand_in_an_env_file(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_key() is None
    (nowhere / ".env").write_text("LENSWRIGHT_API_KEY='lw_1_file'\nLENSWRIGHT_PORT=x\n")
    assert own_key() == "lw_1_file"
    monkeypatch.setenv("LENSWRIGHT_API_KEY", "lw_1_environment")
    assert own_key() == "lw_1_environment"


def test_a_wrong_key_is_refused_as_the_api_says(fake: FakeApi) -> None:
    fake.key = "lw_1_right"
    with pytest.raises(ApiRefused, match="Expected a valid API key") as caught:
        Client(fake.url, "lw_1_wrong").get("/runs")
    assert (caught.value.status, caught.value.code) == (401, "invalid_key")
