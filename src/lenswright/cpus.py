"""How many CPUs this process may use."""

import math
import os
from pathlib import Path
from typing import Any

_CGROUP_V2 = Path("/sys/fs/cgroup/cpu.max")


def cpu_count(quota_file: Path = _CGROUP_V2) -> int:
    """Return how many CPUs this process may use: its affinity, and its container's quota if less.

    The standard library and ONNX Runtime would count the host's.
    """
    allowed: Any = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    try:
        quota, period = quota_file.read_text().split()
        limit = math.ceil(int(quota) / int(period))
    except (OSError, ValueError):  # no cgroup v2, or "max": no quota
        return len(allowed)
    return max(1, min(len(allowed), limit))
