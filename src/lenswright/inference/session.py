"""ONNX Runtime sessions as this machine runs them best: one thread each, as many callers as CPUs."""

import math
import os
from pathlib import Path
from typing import Any

import onnxruntime as ort

from lenswright.errors import BundleRefused

_CGROUP_V2 = Path("/sys/fs/cgroup/cpu.max")


def open_session(onnx: bytes, threads: int = 1) -> ort.InferenceSession:
    """Return a session of `onnx` with `threads` threads a call. Raises BundleRefused.

    The memory arena is off: it keeps what its largest batch needed, for good, and saves no time here.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # ONNX Runtime's own errors share no base but Exception
        raise BundleRefused(f"The network cannot be loaded: {exc}") from exc


def cpu_count(quota_file: Path = _CGROUP_V2) -> int:
    """Return how many CPUs this process may use: its affinity, and its container's quota if less.

    ONNX Runtime would count the host's.
    """
    allowed: Any = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    try:
        quota, period = quota_file.read_text().split()
        limit = math.ceil(int(quota) / int(period))
    except (OSError, ValueError):  # no cgroup v2, or "max": no quota
        return len(allowed)
    return max(1, min(len(allowed), limit))
