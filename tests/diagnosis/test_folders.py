import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenswright.diagnosis.examination import examine
from lenswright.diagnosis.folders import check_disk, check_home, check_leftovers, refused
from lenswright.settings import Settings
from lenswright.storage.blob_folder import ABANDONED_S


def test_a_folder_that_is_not_there_is_tried_where_it_would_be_made(tmp_path: Path) -> None:
    assert refused(tmp_path / "a" / "b") is None
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may write anywhere: be somebody else meanwhile."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield
    os.seteuid(was)


@pytest.mark.parametrize(("mode", "inside"), [(0o555, ""), (0o555, "new"), (0o000, "new/home")])
def test_a_folder_we_may_not_write_is_a_problem_and_hides_no_other_check(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, mode: int, inside: str
) -> None:
    folder = tmp_path_factory.mktemp("locked")
    folder.chmod(mode)
    request.addfinalizer(lambda: folder.chmod(0o700))
    request.getfixturevalue("nobody")
    checks = {finding.check: finding for finding in examine(Settings(home=folder / inside), {})}
    assert checks["home"].status == "problem"
    assert "Permission denied" in checks["home"].message
    assert "disk" in checks
    assert "doctor" not in checks, checks["doctor"]


def test_a_home_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    assert check_home(tmp_path / "home").status == "problem"
    assert check_home(tmp_path / "home" / "inside").status == "problem"


@pytest.mark.parametrize(
    ("free", "status"), [(99_000_000, "problem"), (1_900_000_000, "warning"), (2_000_000_000, "ok")]
)
def test_a_disk_that_is_nearly_full_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, status: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(free))
    assert check_disk(tmp_path).status == status


class Usage:
    """What `shutil.disk_usage` returns."""

    def __init__(self, free: int) -> None:
        self.free = free


def test_unfinished_files_are_left_over_after_an_hour(tmp_path: Path) -> None:
    unfinished = tmp_path / "uploads" / ".incoming" / "0123"
    partial = tmp_path / "data" / "runs" / "1" / "state.npz.partial"
    for file in (unfinished, partial):
        file.parent.mkdir(parents=True)
        file.write_bytes(b"half")
    now = time.time()
    stores = [tmp_path / "uploads"]
    assert check_leftovers(tmp_path / "data", stores, now).status == "ok"
    finding = check_leftovers(tmp_path / "data", stores, now + ABANDONED_S + 60)
    assert finding.status == "warning"
    assert finding.message.startswith("2 unfinished files")
    assert str(partial) in finding.message
    assert unfinished.exists()
