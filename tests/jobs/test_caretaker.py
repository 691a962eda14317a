"""The caretaker tidies at the start, again and again, and whatever goes wrong."""

import threading

import pytest

from lenswright.errors import StorageFailure
from lenswright.jobs.caretaker import Caretaker


class FakeForgetting:
    """Counts what it is asked; fails the first `failures` times."""

    def __init__(self, *failures: Exception, enough: int = 3) -> None:
        self.days: list[float] = []
        self.swept = 0
        self.done = threading.Event()
        self._failures, self._enough = list(failures), enough

    def empty_bin(self, days: float) -> int:
        self.days.append(days)
        if self._failures:
            raise self._failures.pop(0)
        return 0

    def sweep(self) -> int:
        self.swept += 1
        if self.swept >= self._enough:
            self.done.set()
        return 0


def test_the_bin_is_emptied_and_the_rest_swept_up_again_and_again() -> None:
    forgetting = FakeForgetting()
    caretaker = Caretaker(forgetting, bin_days=30, every_s=0.01)  # type: ignore[arg-type]
    caretaker.start()
    assert forgetting.done.wait(10)
    caretaker.close()
    assert set(forgetting.days) == {30}


def test_a_failure_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    forgetting = FakeForgetting(StorageFailure("The disk refused."), ValueError("odd"), enough=1)
    caretaker = Caretaker(forgetting, bin_days=30, every_s=0.01)  # type: ignore[arg-type]
    caretaker.start()
    assert forgetting.done.wait(10)
    caretaker.close()
    assert "The disk refused." in caplog.text
    assert "odd" in caplog.text


def test_one_that_was_never_started_can_be_closed() -> None:
    Caretaker(FakeForgetting(), bin_days=30).close()  # type: ignore[arg-type]


def test_what_else_is_old_goes_with_the_rest() -> None:
    gone: list[str] = []
    caretaker = Caretaker(
        FakeForgetting(),  # type: ignore[arg-type]
        bin_days=30,
        also=(lambda: gone.append("audit"), lambda: gone.append("more")),
    )
    caretaker.tidy()
    assert gone == ["audit", "more"]


def test_a_clock_that_was_set_forward_is_waited_out_once() -> None:
    forgetting, times = FakeForgetting(), {"clock": 1e9, "steady": 50.0}
    caretaker = Caretaker(
        forgetting,  # type: ignore[arg-type]
        bin_days=30,
        clock=lambda: times["clock"],
        steady=lambda: times["steady"],
    )
    for clock_s, steady_s, emptied in (
        (3600, 3600, 1),
        (40 * 86_400, 3600, 1),
        (3600, 3600, 2),
        (-7e6, 1, 3),
    ):
        times["clock"] += clock_s
        times["steady"] += steady_s
        caretaker.tidy()
        assert len(forgetting.days) == emptied
