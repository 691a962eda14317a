"""A service that starts and finds a run whose process is gone: noted as failed, continued once."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lenswright.jobs.interrupted import INTERRUPTED, MOST_RESUMES, find_interrupted, resume
from lenswright.jobs.launcher import Launcher
from lenswright.jobs.supervisor import Supervisor
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.settings import Settings
from lenswright.storage.database import Database
from tests.jobs.waiting import TRAINER, is_over, wait_for

REQUEST = TrainingRequest(task="pets", epochs=7)


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def interrupted(journal: Journal, request: TrainingRequest = REQUEST) -> Run:
    """Return a running run whose process is dead, as a crash of the machine leaves it."""
    run = journal.create(request, "here")
    journal.start(run.id, dead_pid())
    return run


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url, _env_file=None)  # type: ignore[call-arg]


def supervisor(settings: Settings, journal: Journal, *, resume_interrupted: bool = True) -> Supervisor:
    launcher = Launcher(settings, [sys.executable, str(TRAINER), "works"])
    return Supervisor(journal, launcher, machine="here", tick_s=0.05, resume_interrupted=resume_interrupted)


def test_an_interrupted_run_fails_and_its_successor_completes(settings: Settings, journal: Journal) -> None:
    run = interrupted(journal)
    service = supervisor(settings, journal)
    service.start()
    (ended, successor) = journal.chain(run.id)
    assert (ended.state, ended.error) == ("failed", INTERRUPTED)
    assert successor.request == REQUEST.model_copy(update={"resume_run": run.id})
    assert journal.log_tail(successor.id) == [f"Continues run {run.id}, which was interrupted."]
    assert wait_for(journal, successor.id, is_over).state == "completed"
    service.close()


def test_of_two_instances_that_start_at_once_one_continues_the_run(
    settings: Settings, journal: Journal
) -> None:
    run = interrupted(journal)
    services = [supervisor(settings, journal) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Supervisor.start, services))
    chain = journal.chain(run.id)
    assert len(chain) == 2
    assert wait_for(journal, chain[1].id, is_over).state == "completed"
    assert len(journal.recent()) == 2
    for service in services:
        service.close()


def test_with_the_setting_off_it_only_fails(settings: Settings, journal: Journal) -> None:
    run = interrupted(journal)
    service = supervisor(settings, journal, resume_interrupted=False)
    service.start()
    service.close()
    assert [(entry.state, entry.error) for entry in journal.chain(run.id)] == [("failed", INTERRUPTED)]


@pytest.mark.parametrize("kind", ["tune", "compare", "export", "check"])
def test_runs_of_every_kind_are_continued(journal: Journal, kind: str) -> None:
    needed = {"configurations": [{"epochs": 3}]} if kind == "compare" else {}
    needed |= {"version": "v1", "formats": ["tflite"]} if kind == "export" else {}
    run = interrupted(journal, TrainingRequest.from_json({"kind": kind, **needed}))
    found = find_interrupted(journal, "here")
    assert found is not None
    successor = resume(journal, found, "here")
    assert successor is not None
    assert (successor.kind, successor.root) == (kind, run.id)
    assert successor.request == run.resumption


def test_a_chain_is_continued_three_times_and_no_more(journal: Journal) -> None:
    root = interrupted(journal).id
    for _ in range(MOST_RESUMES):
        found = find_interrupted(journal, "here")
        assert found is not None
        successor = resume(journal, found, "here")
        assert successor is not None
        assert successor.root == root
        journal.start(successor.id, dead_pid())
    assert find_interrupted(journal, "here") is None
    assert [run.state for run in journal.chain(root)] == ["failed"] * 4


def test_a_run_that_was_asked_to_stop_has_stopped(journal: Journal) -> None:
    run = interrupted(journal)
    journal.request_stop(run.id)
    assert find_interrupted(journal, "here") is None
    assert journal.get(run.id).state == "stopped"


@pytest.mark.parametrize("state", ["stopped", "failed", "completed"])
def test_a_run_that_ended_before_the_machine_did_is_left_alone(journal: Journal, state: str) -> None:
    run = interrupted(journal)
    journal.finish(run.id, state, error="its own")  # type: ignore[arg-type]
    assert find_interrupted(journal, "here") is None
    assert journal.get(run.id).error == "its own"


def test_a_run_that_is_queued_or_of_another_machine_is_left_alone(journal: Journal) -> None:
    queued = journal.create(REQUEST, "here")
    elsewhere = journal.create(REQUEST, "elsewhere")
    journal.start(elsewhere.id, dead_pid())
    assert find_interrupted(journal, "here") is None
    assert journal.get(queued.id).is_active
    assert journal.get(elsewhere.id).is_active


def test_a_run_whose_process_lives_is_left_alone(settings: Settings, journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    child = Launcher(settings, [sys.executable, str(TRAINER), "silent"]).launch(run.id)
    journal.start(run.id, child.pid)
    assert find_interrupted(journal, "here") is None
    assert journal.get(run.id).state == "running"
    child.kill()


def test_another_process_with_the_id_of_the_dead_one_does_not_hide_it(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    journal.start(run.id, os.getpid())
    found = find_interrupted(journal, "here")
    assert found is not None
    assert found.id == run.id


def test_a_run_that_another_overtook_is_not_continued(journal: Journal) -> None:
    interrupted(journal)
    found = find_interrupted(journal, "here")
    assert found is not None
    journal.create(REQUEST, "here")
    assert resume(journal, found, "here") is None
