"""Instances that tell each other how they are, through a real database, beat by beat."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import func, select, text, update

from lenswright.monitoring.durations import durations_of
from lenswright.monitoring.instance import Figures, Instance
from lenswright.monitoring.instances import Instances
from lenswright.monitoring.pulses import FORGOTTEN_LOOKS, SILENT_LOOKS
from lenswright.monitoring.traffic import Traffic, all_traffic
from lenswright.storage.database import Database
from lenswright.storage.tables import InstanceRow

NOW = 1_795_000_000.0
HERE = Instance("here", "127.0.0.1", 5000, os.getpid(), NOW - 60, "vm")
THERE = replace(HERE, id="there", port=5001)


def figures(predictions: int = 10, duration_ms: float = 20.0) -> Figures:
    durations = durations_of(np.full(predictions, duration_ms, np.float32))
    traffic = Traffic(predictions + 2, predictions, 1, 300, predictions + 2, 1, predictions / 10, durations)
    return Figures({"pets": "v1"}, traffic, queue_length=3, memory_bytes=100_000_000)


def instances(database: Database, own: Instance = HERE, *, now: float = NOW, **changes: Figures) -> Instances:
    told = changes.get("figures") or figures()
    return Instances(database, own, lambda: told, clock=lambda: now)


def ports(seen: Instances) -> list[int]:
    return [one.instance.port for one in seen.alive()]


def rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(InstanceRow)) or 0


def test_an_instance_that_never_beat_knows_itself(database: Database) -> None:
    alone = instances(database)
    assert ports(alone) == [5000]
    alone.close()


def test_each_sees_the_other_with_the_figures_it_told(database: Database) -> None:
    one, other = instances(database), instances(database, THERE, figures=figures(40, 50.0))
    other.beat()
    one.beat()
    here, there = one.alive()
    assert (here.instance, there.instance) == (HERE, THERE)
    assert there.figures == figures(40, 50.0)
    assert ports(other) == [5001]
    other.beat()
    assert ports(other) == [5000, 5001]


def test_traffic_is_added_and_its_percentiles_are_of_all_predictions() -> None:
    total = all_traffic([figures(10, 20.0).traffic, figures(30, 80.0).traffic]).entry()
    assert (total["total"], total["predictions"], total["errors"]) == (44, 40, 2)
    assert (total["window_requests"], total["error_rate"]) == (44, round(2 / 44, 5))
    assert total["throughput_per_s"] == pytest.approx(4.0)
    assert total["latency_ms"]["p50"] == pytest.approx(80, rel=0.01)  # the mean of both p50 would be 50
    assert total["latency_ms"]["mean"] == pytest.approx(65)


def test_one_that_falls_silent_is_not_counted_and_later_forgotten(database: Database) -> None:
    one, other = instances(database), instances(database, THERE)
    other.beat()
    for _ in range(SILENT_LOOKS):
        one.beat()
        assert ports(one) == [5000, 5001]
    one.beat()
    assert ports(one) == [5000]
    other.beat()
    one.beat()
    assert ports(one) == [5000, 5001]  # it was only slow
    for _ in range(FORGOTTEN_LOOKS):
        one.beat()
    assert rows(database) == 1
    other.beat()
    one.beat()
    assert ports(one) == [5000, 5001]  # even then


def test_one_whose_process_is_gone_is_missed_sooner(database: Database) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    one, other = instances(database), instances(database, replace(THERE, pid=ended.pid))
    elsewhere = instances(database, replace(THERE, id="far", port=5002, pid=ended.pid, machine="other"))
    other.beat()
    elsewhere.beat()
    for _ in range(3):
        one.beat()
    assert ports(one) == [5000, 5002]


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
def test_a_clock_that_jumps_makes_nobody_look_dead_for_longer_than_a_beat(
    database: Database, jump_s: float
) -> None:
    one, other = instances(database), instances(database, THERE, now=NOW + jump_s)
    other.beat()
    one.beat()
    assert ports(one) == [5000]  # a row of another time, by all that is known yet
    other.beat()
    one.beat()
    assert ports(one) == [5000, 5001]


def test_one_that_ends_in_order_is_gone_at_once(database: Database) -> None:
    one, other = instances(database), instances(database, THERE)
    other.beat()
    other.close()
    one.beat()
    assert ports(one) == [5000]
    assert rows(database) == 1


def test_a_successor_on_the_same_port_takes_the_place_of_the_killed_one(database: Database) -> None:
    one, killed = instances(database), instances(database, THERE)
    killed.beat()
    one.beat()
    instances(database, replace(THERE, id="anew")).beat()
    one.beat()
    assert [seen.instance.id for seen in one.alive()] == ["here", "anew"]


def test_what_another_version_tells_is_left_out_not_stumbled_over(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = instances(database), instances(database, THERE)
    other.beat()
    with database.writing() as session:
        session.execute(update(InstanceRow).values(figures='{"words": "of the future"}'))
    one.beat()
    assert ports(one) == [5000]
    assert "does not understand" in caplog.text


def test_its_thread_beats_and_outlives_a_database_that_fails(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    alone = Instances(database, HERE, figures, beat_s=0.01)
    with database.writing() as session:
        session.execute(text("ALTER TABLE instances RENAME TO away"))
    alone.start()
    wait_for(lambda: "cannot be looked up" in caplog.text)
    with database.writing() as session:
        session.execute(text("ALTER TABLE away RENAME TO instances"))
    wait_for(lambda: rows(database) == 1)
    alone.close()
    assert rows(database) == 0


def wait_for(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)
