"""The training process with little more memory than it needs to start: `--run-id N`."""

import resource
import sys

import psutil
import tensorflow as tf

from lenswright.training.__main__ import main

ROOM_BYTES = 200_000_000

if __name__ == "__main__":
    tf.zeros(1) + 1  # TensorFlow takes its part, threads and all, before the limit holds
    limit = psutil.Process().memory_info().vms + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    sys.exit(main(sys.argv[1:]))
