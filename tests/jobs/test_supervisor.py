"""Runs seen through to their end, with real child processes and a real database."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from lenswright.errors import Conflict, NotFound, RunInProgress
from lenswright.jobs.launcher import Launcher
from lenswright.jobs.supervisor import Supervisor
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.settings import Settings
from lenswright.storage.database import Database
from tests.jobs.waiting import TRAINER, is_over, wait_for

REQUEST = TrainingRequest()
Begin = Callable[..., Supervisor]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url, _env_file=None)  # type: ignore[call-arg]


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


@pytest.fixture
def begin(settings: Settings, journal: Journal) -> Iterator[Begin]:
    """Start a supervisor, as one instance of the API does."""
    begun: list[Supervisor] = []

    def make(mode: str, **times: float) -> Supervisor:
        launcher = Launcher(settings, [sys.executable, str(TRAINER), mode])
        supervisor = Supervisor(
            journal, launcher, machine="here", **({"tick_s": 0.05, "stop_grace_s": 0.5} | times)
        )
        supervisor.start()
        begun.append(supervisor)
        return supervisor

    yield make
    for supervisor in begun:
        supervisor.close()


def is_alive(run: Run) -> bool:
    """It runs, and its process has begun to give signs of life."""
    return run.state == "running" and run.heartbeat_at != run.started_at


def test_a_submitted_run_is_queued_at_once_and_then_completes(begin: Begin, journal: Journal) -> None:
    run = begin("works").submit(REQUEST)
    assert run.state == "queued"
    ended = wait_for(journal, run.id, is_over)
    assert (ended.state, ended.version, ended.error) == ("completed", "v1", None)
    assert ended.pid is not None
    assert journal.epochs(run.id) == [{"epoch": 1, "loss": 0.1}]


def test_only_one_run_at_a_time_even_through_two_instances(begin: Begin) -> None:
    one, other = begin("obeys"), begin("obeys")
    run = one.submit(REQUEST)
    with pytest.raises(RunInProgress) as refused:
        other.submit(REQUEST)
    assert refused.value.run_id == run.id


def test_a_crash_is_a_failed_run_with_its_last_words(begin: Begin, journal: Journal) -> None:
    run = begin("crashes").submit(REQUEST)
    ended = wait_for(journal, run.id, is_over)
    assert ended.state == "failed"
    assert ended.error is not None
    assert "exit status 3" in ended.error
    assert ended.error.endswith("ValueError: the last straw")


def test_a_killed_trainer_is_a_failed_run_and_the_next_one_may_start(begin: Begin, journal: Journal) -> None:
    supervisor = begin("obeys")
    run = wait_for(journal, supervisor.submit(REQUEST).id, is_alive)
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    ended = wait_for(journal, run.id, is_over)
    assert ended.state == "failed"
    assert ended.error is not None
    assert "killed by SIGKILL" in ended.error
    assert supervisor.submit(REQUEST).id != run.id


def test_a_stop_lets_the_trainer_end_by_itself(begin: Begin, journal: Journal) -> None:
    supervisor = begin("obeys", stop_grace_s=5)
    run = wait_for(journal, supervisor.submit(REQUEST).id, is_alive)
    assert supervisor.stop(run.id).stop_requested
    ended = wait_for(journal, run.id, is_over)
    assert (ended.state, ended.result) == ("stopped", {"best": True})


def test_a_trainer_that_ignores_the_stop_is_ended(begin: Begin, journal: Journal) -> None:
    supervisor = begin("ignores")
    run = wait_for(journal, supervisor.submit(REQUEST).id, is_alive)
    supervisor.stop(run.id)
    ended = wait_for(journal, run.id, is_over, limit_s=3)
    assert ended.state == "stopped"
    assert run.pid is not None
    until = time.monotonic() + 10  # a process that was killed is there until the machine finds time for it
    while has_life(run.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not has_life(run.pid)


def has_life(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_any_instance_can_stop_the_run_of_another(begin: Begin, journal: Journal) -> None:
    run = wait_for(journal, begin("obeys").submit(REQUEST).id, is_alive)
    begin("works").stop(run.id)
    assert wait_for(journal, run.id, is_over).state == "stopped"


def test_a_silent_trainer_is_given_up(begin: Begin, journal: Journal) -> None:
    run = begin("silent", silence_s=0.3).submit(REQUEST)
    ended = wait_for(journal, run.id, is_over)
    assert ended.state == "failed"
    assert ended.error is not None
    assert "no sign of life for 0.3 s" in ended.error


def test_a_new_instance_finds_a_living_run_and_watches_it(
    begin: Begin, journal: Journal, settings: Settings
) -> None:
    run = journal.create(REQUEST, "here")
    child = Launcher(settings, [sys.executable, str(TRAINER), "obeys"]).launch(run.id)
    journal.start(run.id, child.pid)  # by an instance that is gone
    begin("works")
    wait_for(journal, run.id, is_alive)
    time.sleep(0.3)
    assert journal.get(run.id).state == "running"
    child.kill()
    ended = wait_for(journal, run.id, is_over)
    assert ended.state == "failed"
    assert ended.error is not None
    assert "it vanished" in ended.error


def test_a_process_that_took_over_the_id_of_a_dead_trainer_is_not_it(begin: Begin, journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    journal.start(run.id, os.getpid())  # alive, but no trainer
    begin("works")
    assert wait_for(journal, run.id, is_over).state == "failed"


def test_a_run_queued_by_an_instance_that_died_is_given_up(begin: Begin, journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    begin("works", orphan_s=0.2)
    ended = wait_for(journal, run.id, is_over)
    assert ended.error == "The service that queued this run ended before it began."


def test_a_trainer_that_cannot_be_started_is_a_failed_run(settings: Settings, journal: Journal) -> None:
    supervisor = Supervisor(journal, Launcher(settings, ["/no/such/python"]), machine="here", tick_s=0.05)
    supervisor.start()
    ended = wait_for(journal, supervisor.submit(REQUEST).id, is_over)
    supervisor.close()
    assert ended.state == "failed"
    assert ended.error is not None
    assert "could not be started" in ended.error


def test_closing_ends_the_run_it_started_and_leaves_no_process(begin: Begin, journal: Journal) -> None:
    supervisor = begin("ignores")
    run = wait_for(journal, supervisor.submit(REQUEST).id, is_alive)
    supervisor.close()
    ended = journal.get(run.id)
    assert (ended.state, ended.error) == ("stopped", "The service was shut down.")
    assert run.pid is not None
    assert not psutil.pid_exists(run.pid)


def test_what_has_ended_or_never_was_cannot_be_stopped(begin: Begin, journal: Journal) -> None:
    supervisor = begin("works")
    run = supervisor.submit(REQUEST)
    wait_for(journal, run.id, is_over)
    with pytest.raises(Conflict, match="is completed: there is nothing to stop"):
        supervisor.stop(run.id)
    with pytest.raises(NotFound):
        supervisor.stop(99)
