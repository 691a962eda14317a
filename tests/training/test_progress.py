import time
from typing import Any

import pytest

from lenswright.errors import StorageFailure, TrainingStopped
from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.storage.database import Database
from lenswright.training.progress import SHARES, TELL_EVERY_S, Heartbeat, Progress


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


def running(journal: Journal) -> int:
    run = journal.create(TrainingRequest(), "here")
    journal.start(run.id, pid=1)
    return run.id


@pytest.mark.parametrize("course", SHARES)
def test_phases_only_ever_move_the_bar_forward(journal: Journal, course: str) -> None:
    run_id = running(journal)
    progress = Progress(journal, run_id, course)
    seen = []
    for phase in SHARES[course]:
        progress.enter(phase)
        seen.append(journal.get(run_id).progress)
        progress.at(1.0)
        seen.append(journal.get(run_id).progress)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


def test_the_time_left_follows_the_pace_so_far(journal: Journal) -> None:
    run_id, now = running(journal), [0.0]
    progress = Progress(journal, run_id, "fast", clock=lambda: now[0])
    progress.enter("features")
    before = journal.get(run_id).progress
    now[0] = 30.0
    progress.at(0.5)
    run = journal.get(run_id)
    assert run.progress > before
    assert run.eta_s == pytest.approx(30.0 * (1 - run.progress) / run.progress)


def test_quick_steps_are_not_all_written_down_but_the_end_of_a_phase_is(journal: Journal) -> None:
    run_id, now = running(journal), [0.0]
    progress = Progress(journal, run_id, "fast", clock=lambda: now[0])
    progress.enter("features")
    began = journal.get(run_id).progress
    now[0] = TELL_EVERY_S / 2
    progress.at(0.4)
    assert journal.get(run_id).progress == began
    progress.at(1.0)
    assert journal.get(run_id).progress > began


def test_the_seconds_of_each_phase_are_kept(journal: Journal) -> None:
    now = [0.0]
    progress = Progress(journal, running(journal), "fast", clock=lambda: now[0])
    progress.enter("starting")
    now[0] = 2.0
    progress.enter("weights")
    now[0] = 5.0
    progress.leave()
    assert progress.seconds == {"starting": 2.0, "weights": 3.0}


def test_the_parts_of_a_run_follow_each_other(journal: Journal) -> None:
    run_id, seen = running(journal), []
    whole = Progress(journal, run_id, "compare")
    for index, course in enumerate(("fast", "scratch")):
        part = whole.part(index, 2, course)
        for phase in SHARES[course]:
            part.enter(phase)
            seen.append(journal.get(run_id).progress)
        part.at(1.0)
        assert journal.get(run_id).progress == pytest.approx((index + 1) / 2)
    assert seen == sorted(seen)


def test_every_epoch_is_noted_and_handed_on_with_the_phase_it_is_of(journal: Journal) -> None:
    run_id, heard = running(journal), []
    part = Progress(journal, run_id, "fast", on_epoch=heard.append).part(1, 2, "fast")
    part.enter("fitting")
    part.epoch({"epoch": 1, "loss": 0.5})
    assert heard == [{"phase": "2 fitting", "epoch": 1, "loss": 0.5}]
    assert journal.epochs(run_id) == heard


def test_a_heartbeat_shows_life_and_learns_of_the_wish_to_stop(journal: Journal) -> None:
    run_id = running(journal)
    with Heartbeat(journal, run_id) as heartbeat:
        heartbeat.check()
        journal.request_stop(run_id)
        deadline = time.monotonic() + 10
        while not heartbeat.stop_asked and time.monotonic() < deadline:
            time.sleep(0.05)
        with pytest.raises(TrainingStopped):
            heartbeat.check()
        heartbeat.check_budget()  # there is still time to measure the best head so far
    assert journal.get(run_id).heartbeat_at is not None


class BusyJournal(Journal):
    """Another writer has the database for longer than anybody waits."""

    def progress(self, *_: Any, **__: Any) -> None:
        raise StorageFailure("The database refused: database is locked.")

    log = epoch = progress


def test_a_busy_database_does_not_end_a_run(
    database: Database, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[dict[str, Any]] = []
    progress = Progress(BusyJournal(database), running(journal), "fast", on_epoch=heard.append)
    progress.enter("fitting")
    progress.say("Half of it is done.")
    progress.epoch({"epoch": 1, "loss": 0.5})
    assert progress.epochs == heard == [{"phase": "fitting", "epoch": 1, "loss": 0.5}]
    assert caplog.text.count("progress was not written down") == 3
