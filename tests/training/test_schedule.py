"""Budgets and learning rates: plain numbers."""

from itertools import pairwise

import pytest

from lenswright.errors import SettingsError
from lenswright.training.schedule import Budget, Schedule, size_at


@pytest.mark.parametrize("given", [{}, {"minutes": 0}, {"epochs": 0}, {"minutes": -1.0, "epochs": 3}])
def test_a_budget_that_allows_nothing_is_refused(given):
    with pytest.raises(SettingsError, match="budget"):
        Budget(**given)


def test_progress_is_whichever_budget_is_further_and_never_more_than_one():
    budget = Budget(minutes=10, epochs=4)
    assert budget.progress(1.0, 60.0) == 0.25
    assert budget.progress(1.0, 450.0) == 0.75
    assert budget.progress(9.0, 0.0) == 1.0


def test_the_rate_rises_to_its_peak_then_falls_to_a_hundredth():
    rates = [Schedule(2e-3, 0.1).rate(step / 100) for step in range(101)]
    assert 0 < rates[0] < rates[5] < rates[10] == pytest.approx(2e-3)
    assert all(later < earlier for earlier, later in pairwise(rates[10:]))
    assert rates[-1] == pytest.approx(2e-5)


def test_without_a_warm_up_the_rate_starts_at_its_peak():
    assert Schedule(1e-3).rate(0.0) == pytest.approx(1e-3)


def test_a_plateau_halves_the_rate_each_time_it_has_waited_long_enough():
    schedule = Schedule(1e-2, falls="plateau", patience=2)
    losses = [1.0, 0.9, 0.95, 0.91, 0.92, 0.93, 0.8]
    rates = [schedule.rate(0.5, losses[:epochs]) for epochs in range(8)]
    assert rates == pytest.approx([1e-2, 1e-2, 1e-2, 1e-2, 5e-3, 5e-3, 2.5e-3, 2.5e-3])


def test_a_plateau_schedule_warms_up_too():
    assert Schedule(1e-2, 0.2, falls="plateau").rate(0.1, [1.0, 2.0]) == pytest.approx(5e-3)


def test_the_size_is_the_last_that_has_begun():
    sizes = ((0.0, 96), (0.5, 128))
    assert [size_at(progress, sizes) for progress in (0.0, 0.49, 0.5, 1.0)] == [96, 96, 128, 128]
