"""Sessions of one thread, and the CPUs that this process really has."""

import os
from pathlib import Path

import pytest

from lenswright.errors import BundleRefused
from lenswright.inference.session import cpu_count, open_session
from tests.models import tiny_classifier


def test_a_session_uses_one_thread_and_keeps_no_arena() -> None:
    options = open_session(tiny_classifier()).get_session_options()
    assert options.intra_op_num_threads == options.inter_op_num_threads == 1
    assert not options.enable_cpu_mem_arena


@pytest.mark.parametrize("data", [b"", b"not a network", tiny_classifier()[:-100]])
def test_bytes_that_are_no_network_are_refused(data: bytes) -> None:
    with pytest.raises(BundleRefused, match="cannot be loaded"):
        open_session(data)


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
