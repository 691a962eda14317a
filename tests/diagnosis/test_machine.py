import os
from pathlib import Path

import psutil
import pytest

from lenswright.diagnosis.machine import AHEAD_S, available_bytes, check_clock, check_memory


@pytest.mark.parametrize(
    ("available", "status"), [(200_000_000, "problem"), (1_000_000_000, "warning"), (2_000_000_000, "ok")]
)
def test_little_memory_is_told(available: int, status: str) -> None:
    assert check_memory(available).status == status


def test_the_memory_of_a_container_is_its_limit_less_what_it_holds_without_caches(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 500\ninactive_file 100\n")
    assert available_bytes(tmp_path) == 400
    (tmp_path / "memory.max").write_text("max\n")
    assert 400 < available_bytes(tmp_path) <= psutil.virtual_memory().total


def test_a_clock_behind_the_files_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "lenswright.db"
    file.write_text("")
    os.utime(file, (1_000_000, 1_000_000))
    assert check_clock([file, tmp_path / "absent"], 1_000_000 - AHEAD_S).status == "ok"
    finding = check_clock([file], 1_000_000 - AHEAD_S - 1)
    assert finding.status == "problem"
    assert "1970-01-12" in finding.message
