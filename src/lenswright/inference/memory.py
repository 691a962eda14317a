"""How the C library of this process keeps memory that Python and ONNX Runtime gave back to it."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's mallopt
LARGE_BLOCK_BYTES = 12_000_000  # Pillow takes 16 MB at a time; networks of a photo take less
KEPT_BYTES = 64_000_000


def share_arenas(most: int) -> None:
    """Let glibc keep at most `most` stores of freed memory; elsewhere nothing is done. Before any threads.

    By default up to eight per CPU, and each keeps what its threads needed most: sixteen request threads
    that take turns would hold several times the memory of two.
    """
    _set_option(M_ARENA_MAX, most)


def return_large_blocks() -> None:
    """Let glibc return large blocks as they are freed; elsewhere nothing is done. Before any threads.

    By default it learns to keep blocks of up to 32 MB, and one photo of 50 million pixels leaves 200 MB.
    """
    _set_option(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
    _set_option(M_TRIM_THRESHOLD, KEPT_BYTES)  # what it would learn, too: else each photo trims and grows


def give_back_memory() -> None:
    """Ask glibc to return freed pages; elsewhere nothing is done.

    It would keep most of a dropped network for later: 45 MB after 40 swaps of a 3 MB network, under load.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)


def _set_option(option: int, value: int) -> None:
    if sys.platform == "linux":
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if set_option is not None:
            set_option(option, value)
