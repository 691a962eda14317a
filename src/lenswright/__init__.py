"""Lenswright: a self-hosted image classifier that measures a model before it may serve."""

import os

# The threads of OpenBLAS spin between two calls and take the cores from ONNX Runtime, whose callers are as
# many as there are cores: the small product of a photo's unknown distance cost a third of the throughput.
# It is read when NumPy is loaded, so it stands before everything.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
