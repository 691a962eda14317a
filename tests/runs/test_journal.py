"""The book of runs, on a real database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lenswright.errors import NotFound, RunInProgress
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.storage.database import Database, open_database

REQUEST = TrainingRequest(task="pets", epochs=5)


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database, clock=lambda: 1000.0)


def test_a_new_run_is_queued_with_its_request(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    assert (run.state, run.task, run.created_at, run.result) == ("queued", "pets", 1000.0, {})
    assert journal.get(run.id) == run
    assert run.request == REQUEST


def test_a_second_run_on_a_machine_is_refused_with_the_id_of_the_first(journal: Journal) -> None:
    first = journal.create(REQUEST, "here")
    with pytest.raises(RunInProgress) as refused:
        journal.create(REQUEST, "here")
    assert refused.value.run_id == first.id
    assert journal.create(REQUEST, "elsewhere").id != first.id


def test_of_many_at_once_exactly_one_is_taken(journal: Journal) -> None:
    def attempt(_: int) -> bool:
        try:
            journal.create(REQUEST, "here")
        except RunInProgress:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_an_ended_run_frees_its_machine(journal: Journal) -> None:
    first = journal.create(REQUEST, "here")
    assert journal.finish(first.id, "completed", version="v1", result={"verdict": {"promote": True}})
    assert journal.active("here") is None
    ended = journal.get(first.id)
    assert (ended.state, ended.progress, ended.ended_at, ended.version) == ("completed", 1.0, 1000.0, "v1")
    assert ended.result == {"verdict": {"promote": True}}
    assert journal.create(REQUEST, "here").id > first.id


def test_whoever_ends_a_run_first_is_right(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    assert journal.finish(run.id, "completed")
    assert not journal.finish(run.id, "failed", error="too late")
    assert journal.get(run.id).state == "completed"
    journal.start(run.id, 42)
    journal.progress(run.id, "fitting", 0.1)
    assert (journal.get(run.id).state, journal.get(run.id).phase) == ("completed", "done")


def test_a_heartbeat_brings_the_wish_to_stop(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    journal.start(run.id, 42)
    assert not journal.heartbeat(run.id)
    journal.request_stop(run.id)
    assert journal.heartbeat(run.id)


def test_a_heartbeat_tells_a_run_that_others_gave_up_on_it(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    journal.finish(run.id, "failed", error="silent")
    assert journal.heartbeat(run.id)


def test_epochs_and_log_come_back_in_order(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    for epoch in range(3):
        journal.epoch(run.id, {"epoch": epoch, "loss": float("nan") if epoch == 1 else 0.5})
        journal.log(run.id, f"line {epoch}")
    assert [record["epoch"] for record in journal.epochs(run.id)] == [0, 1, 2]
    assert journal.epochs(run.id)[1]["loss"] is None
    assert journal.log_tail(run.id, 2) == ["line 1", "line 2"]


def test_progress_stays_within_the_whole(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    journal.progress(run.id, "features", 1.7, 12.5)
    seen = journal.get(run.id)
    assert (seen.phase, seen.progress, seen.eta_s) == ("features", 1.0, 12.5)


def test_recent_runs_come_newest_first_and_by_task(journal: Journal) -> None:
    for task in ("pets", "birds", "pets"):
        journal.finish(journal.create(TrainingRequest(task=task), "here").id, "stopped")
    assert [run.id for run in journal.recent()] == [3, 2, 1]
    assert [run.id for run in journal.recent("pets", limit=1)] == [3]
    latest = journal.latest("birds")
    assert latest is not None
    assert latest.id == 2
    assert journal.latest("fish") is None


def test_a_chain_is_a_run_and_all_that_continue_it(journal: Journal) -> None:
    """Run 1 is continued by 12 and 13; 11 is continued by 14, and its number begins with a 1."""
    for number in range(1, 15):
        root = {12: 1, 13: 1, 14: 11}.get(number)
        run = journal.create(TrainingRequest(resume_run=root), "here")
        journal.finish(run.id, "failed")
    assert [run.id for run in journal.chain(1)] == [1, 12, 13]
    assert [run.id for run in journal.chain(11)] == [11, 14]
    assert [run.id for run in journal.chain(2)] == [2]


def test_what_continues_a_continued_run_belongs_to_the_first(journal: Journal) -> None:
    first = journal.create(REQUEST, "here")
    journal.finish(first.id, "failed")
    second = journal.create(first.resumption, "here")
    assert (second.root, second.resumption.resume_run) == (first.id, first.id)
    assert second.request == REQUEST.model_copy(update={"resume_run": first.id})


def test_only_the_last_epochs_can_be_asked_for(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    for epoch in range(5):
        journal.epoch(run.id, {"epoch": epoch})
    assert journal.epochs(run.id, last=2) == [{"epoch": 3}, {"epoch": 4}]


@pytest.mark.parametrize("run_id", [7, 0, -1, 2**31, 2**62, 10**30])
def test_a_run_that_never_was_is_not_found(journal: Journal, run_id: int) -> None:
    for ask in (journal.get, journal.heartbeat, journal.request_stop, journal.chain):
        with pytest.raises(NotFound, match=f"no training run '{run_id}'"):
            ask(run_id)


def test_a_run_outlives_the_process(database_url: str, database: Database) -> None:
    run = Journal(database).create(REQUEST, "here")
    database.close()
    again = open_database(database_url)
    assert Journal(again).get(run.id) == run
    again.close()


def test_a_run_learns_from_what_it_names_or_from_what_the_run_it_continues_has_frozen(
    journal: Journal,
) -> None:
    assert journal.snapshot_for(REQUEST) is None
    named = REQUEST.model_copy(update={"snapshot": 7})
    assert journal.snapshot_for(named) == 7
    first = journal.create(named, "here")
    assert journal.snapshot_for(first.resumption) == 7  # it ended before it froze anything
    journal.note_snapshot(first.id, 8)
    journal.finish(first.id, "failed")
    assert journal.get(first.id).snapshot == 8
    second = journal.create(first.resumption, "here")
    assert (second.snapshot, journal.snapshot_for(second.request)) == (None, 8)
    journal.note_snapshot(second.id, 9)  # a photo is gone meanwhile
    assert journal.snapshot_for(second.resumption) == 9


def test_a_run_tells_no_password_in_what_it_says_or_why_it_failed(journal: Journal) -> None:
    run = journal.create(REQUEST, "here")
    journal.log(run.id, "MLflow is at https://me:hunter2hunter2@mlflow.example")
    journal.finish(run.id, "failed", error="cannot reach https://me:hunter2hunter2@mlflow.example")
    assert journal.get(run.id).error == "cannot reach https://me:***@mlflow.example"
    assert "hunter2" not in str(journal.log_tail(run.id))
