"""ONNX Runtime sessions as this machine runs them best: one thread each, as many callers as CPUs."""

import onnxruntime as ort

from lenswright.errors import BundleRefused


def open_session(onnx: bytes) -> ort.InferenceSession:
    """Return a session of `onnx` with one thread a call. Raises BundleRefused.

    The memory arena is off: it keeps what its largest batch needed, for good, and saves no time here.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # ONNX Runtime's own errors share no base but Exception
        raise BundleRefused(f"The network cannot be loaded: {exc}") from exc
