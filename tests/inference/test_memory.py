"""What is freed goes back to the system."""

import sys

import numpy as np
import psutil
import pytest

from lenswright.inference.memory import give_back_memory


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked")
def test_freed_memory_goes_back_to_the_system() -> None:
    process = psutil.Process()
    before = process.memory_info().rss
    blocks = [np.ones(12_000) for _ in range(600)]  # 96 KB each: small enough for the heap, 58 MB in all
    pin = np.ones(1_000)  # keeps the heap's end in use
    held = process.memory_info().rss
    del blocks
    give_back_memory()
    assert process.memory_info().rss - before < 0.3 * (held - before)
    assert pin.sum() == 1_000
