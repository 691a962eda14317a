"""The training process with little more memory than it needs to start: `--run-id N`."""

import resource
import sys

import psutil

import lenswright.training.backbones  # noqa: F401  TensorFlow takes its part before the limit holds
from lenswright.training.__main__ import main

ROOM_BYTES = 150_000_000

if __name__ == "__main__":
    limit = psutil.Process().memory_info().vms + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    sys.exit(main(sys.argv[1:]))
