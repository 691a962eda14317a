"""Places for so many, first come, first served, and nobody waits longer than the deadline."""

import threading
import time

import pytest

from lenswright.errors import Overloaded, Unavailable
from lenswright.inference.turns import Turns


def wait_until_waiting(turns: Turns, count: int) -> None:
    ends = time.monotonic() + 10
    while turns.waiting != count:
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_those_who_wait_are_served_in_the_order_in_which_they_came() -> None:
    turns, served = Turns(1, deadline_s=30), []
    turns.take()

    def work(number: int) -> None:
        turns.take()
        served.append(number)
        turns.give_back()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        wait_until_waiting(turns, waiting)
    turns.give_back()
    for thread in threads:
        thread.join(10)
    assert served == [0, 1, 2, 3, 4]
    assert turns.waiting == 0


def test_who_waits_longer_than_the_deadline_is_told_and_waits_no_more() -> None:
    turns = Turns(1, deadline_s=0.05)
    turns.take()
    with pytest.raises(Overloaded, match="not begun within"):
        turns.take()
    assert turns.waiting == 0
    turns.give_back()
    turns.take()


def test_a_place_given_back_at_once_serves_as_many_as_there_are_places() -> None:
    turns = Turns(2, deadline_s=0.05)
    for _ in range(10):
        turns.take()
        turns.take()
        with pytest.raises(Overloaded):
            turns.take()
        turns.give_back()
        turns.give_back()


def test_nobody_takes_a_place_after_the_end() -> None:
    turns = Turns(1, deadline_s=30)
    turns.close()
    with pytest.raises(Unavailable, match="shutting down"):
        turns.take()
