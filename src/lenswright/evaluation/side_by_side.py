"""Arithmetic on all CPUs: each piece on one thread of its own.

The threads of one BLAS call wait for each other by spinning: beside other work, two of them took ten times
as long as one.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lenswright.cpus import cpu_count

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield `work(item)` of each item, in order; what has not begun when the caller stops is dropped."""
    pool = ThreadPoolExecutor(cpu_count())
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)
