"""Single jobs and lists of jobs share the threads that compute, and none is starved, lost or out of order."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from lenswright.errors import Overloaded, Unavailable
from lenswright.inference.bench import AHEAD, MOST_LISTS, Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench(places=2, queue_size=1)
    yield opened
    opened.close()


def test_the_answers_of_a_list_come_in_its_order_whichever_is_ready_first(bench: Bench) -> None:
    second_done = threading.Event()

    def first() -> str:
        assert second_done.wait(10)
        return "first"

    def second() -> str:
        second_done.set()
        return "second"

    later = [partial(str, number) for number in range(20)]
    assert [*bench.run_each([first, second, *later])] == ["first", "second", *map(str, range(20))]


def test_a_list_is_asked_for_its_jobs_only_when_their_turn_is_near(bench: Bench) -> None:
    go = threading.Event()
    asked: list[int] = []

    def jobs() -> Iterator[Callable[[], bool]]:
        for number in range(20):
            asked.append(number)
            yield partial(go.wait, 10)

    answers: list[bool] = []
    reader = threading.Thread(target=lambda: answers.extend(bench.run_each(jobs())))
    reader.start()
    reader.join(0.2)
    assert len(asked) <= 2 * AHEAD + 1
    go.set()
    reader.join()
    assert answers == [True] * 20


def test_a_single_job_is_answered_in_the_middle_of_a_long_list(bench: Bench) -> None:
    done: list[int] = []

    def endless() -> Iterator[Callable[[], None]]:
        number = 0
        while not single.is_set():
            yield partial(done.append, number)
            number += 1

    single = threading.Event()
    answers = bench.run_each(endless())
    next(answers)
    reader = threading.Thread(target=lambda: [*answers])
    reader.start()
    assert bench.run(lambda: "single") == "single"
    single.set()
    reader.join(10)
    assert not reader.is_alive()
    assert done == sorted(done)


def test_lists_that_fill_their_places_leave_the_queue_to_single_jobs(bench: Bench) -> None:
    go = threading.Event()
    lists = [bench.run_each([partial(go.wait, 10)] * 50) for _ in range(MOST_LISTS)]
    readers = [threading.Thread(target=lambda one=one: [*one]) for one in lists]
    for reader in readers:
        reader.start()
    singles: list[str] = []
    caller = threading.Thread(target=lambda: singles.append(bench.run(lambda: "single")))
    caller.start()
    caller.join(0.1)
    go.set()
    for thread in (caller, *readers):
        thread.join(10)
    assert singles == ["single"]


def test_more_lists_than_there_may_be_are_refused_before_anything_is_computed(bench: Bench) -> None:
    begun = [bench.run_each([str] * 3) for _ in range(MOST_LISTS)]
    for one in begun:
        next(one)
    computed: list[int] = []
    with pytest.raises(Overloaded, match="batches are in work"):
        next(bench.run_each([partial(computed.append, 1)]))
    assert computed == []
    assert [*begun[0]] == ["", ""]
    assert [*bench.run_each([str])] == [""]


def test_a_list_that_is_given_up_makes_room_for_another(bench: Bench) -> None:
    for _ in range(3 * MOST_LISTS):
        given_up = bench.run_each([str] * 10)
        next(given_up)
        given_up.close()
    assert len([*bench.run_each([str] * 100)]) == 100


def test_an_error_of_one_job_ends_its_list_alone(bench: Bench) -> None:
    with pytest.raises(ZeroDivisionError):
        [*bench.run_each([str, lambda: 1 // 0, str])]
    assert [*bench.run_each([str])] == [""]


def test_a_closed_bench_refuses_lists_and_single_jobs(bench: Bench) -> None:
    bench.close()
    with pytest.raises(Unavailable, match="shutting down"):
        bench.run(str)
    for _ in range(3 * MOST_LISTS):
        with pytest.raises(Unavailable, match="shutting down"):
            [*bench.run_each([str])]
