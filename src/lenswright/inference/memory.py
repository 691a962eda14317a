"""How the C library of this process keeps memory that Python and ONNX Runtime gave back to it."""

import ctypes
import sys

M_ARENA_MAX = -8  # of glibc's mallopt


def share_arenas(most: int) -> None:
    """Let glibc keep at most `most` stores of freed memory; elsewhere nothing is done. Before any threads.

    By default up to eight per CPU, and each keeps what its threads needed most: sixteen request threads
    that take turns would hold several times the memory of two.
    """
    if sys.platform == "linux":
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)
        if set_option is not None:
            set_option(M_ARENA_MAX, most)


def give_back_memory() -> None:
    """Ask glibc to return freed pages; elsewhere nothing is done.

    It would keep most of a dropped network for later: 45 MB after 40 swaps of a 3 MB network, under load.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
