"""What is freed goes back to the system."""

import subprocess
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


LEFT = """
import sys
import psutil
from lenswright.inference.memory import return_large_blocks
if sys.argv[1] == "returned":
    return_large_blocks()
for step in range(3):  # glibc learns from the first that is freed
    blocks = [bytes(16_000_000) for _ in range(10)]
    for block in blocks:
        memoryview(bytearray(block))
    pin = [bytes(60_000) for _ in range(40)]  # keeps the heap's end in use
    before = blocks = None
print(psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked")
def test_large_blocks_go_back_as_they_are_freed() -> None:
    left = {
        mode: int(subprocess.run([sys.executable, "-c", LEFT, mode], check=True, capture_output=True).stdout)
        for mode in ("kept", "returned")
    }
    assert left["kept"] - left["returned"] > 50_000_000
