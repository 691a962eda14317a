"""The CPUs that this process really has."""

import os
from pathlib import Path

import pytest

from lenswright.cpus import cpu_count


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("50000 100000", 1), ("100000 100000", 1), ("99900000 100000", None), ("max 100000", None)],
)
def test_the_containers_quota_limits_the_cpus(tmp_path: Path, quota: str, expected: int | None) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota + "\n")
    assert cpu_count(file) == (expected or len(os.sched_getaffinity(0)))


def test_without_a_quota_the_affinity_counts(tmp_path: Path) -> None:
    assert cpu_count(tmp_path / "absent") == len(os.sched_getaffinity(0))
