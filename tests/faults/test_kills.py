"""kill -9 of the API, its worker, the trainer and the dashboard at random moments, again and again."""

import itertools
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from benchmarks.instance import free_port
from tests.builders import make_class_zip
from tests.faults.clients import TASK, Book, Clients
from tests.faults.conftest import Note, Serve
from tests.faults.evidence import Evidence
from tests.faults.service import Service, kill_quietly, run_script, wait_for
from tests.models import photo_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

ROUNDS = int(os.environ.get("LENSWRIGHT_FAULT_ROUNDS", "8"))
SEED = int(os.environ.get("LENSWRIGHT_FAULT_SEED", "20261121"))
LONGEST_ROUND_S = 0.8
VICTIMS = {"API": 4, "worker": 2, "parent": 1, "trainer": 3, "API and trainer": 1, "dashboard": 1}
CRASH_LOOP_S = 7.0  # a worker that dies twice within 5.5 s is not started a third time
SETTLE_S = 45.0  # a queued run waits 20 s for the instance that queued it


class Dashboard:
    """A real dashboard of `service`."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._service, self._folder, self._port = service, folder, free_port()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        log = self._folder / "dashboard.log"
        return run_script("dashboard.py", self._port, log, {}, "--api-url", self._service.url)

    def kill(self) -> None:
        members = [psutil.Process(self._process.pid)]
        members += members[0].children(recursive=True)
        for member in members:
            kill_quietly(member)
        self._process.wait(10)
        psutil.wait_procs(members[1:], timeout=10)

    def kill_and_start(self) -> None:
        self.kill()
        self._process = self._start()
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        wait_for(self._answers, 40, lambda: "the dashboard does not answer", every_s=0.2)

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self._port}/", timeout=5).ok
        except requests.RequestException:
            return False


@pytest.fixture
def service(serve: Serve) -> Service:
    started = serve(resume_interrupted="true")
    photos = ("files[]", ("shapes.zip", make_class_zip(8)))
    assert started.post("/upload-data", files=[photos], data={"task": TASK}).status_code == 201
    return started


@pytest.fixture
def dashboard(service: Service, tmp_path: Path) -> Iterator[Dashboard]:
    running = Dashboard(service, tmp_path)
    yield running
    running.kill()


def victims(dice: random.Random) -> Iterator[str]:
    """Yield whom to kill: each once, then at random."""
    yield from dice.sample([*VICTIMS], len(VICTIMS))
    while True:
        yield from dice.choices([*VICTIMS], [*VICTIMS.values()])


def strike(victim: str, service: Service, dashboard: Dashboard) -> None:
    """Kill the victim; the service runs again when this returns."""
    if "trainer" in victim:
        wait_for(lambda: bool(service.trainers()), SETTLE_S, lambda: "no trainer runs")
        for trainer in service.trainers():
            kill_quietly(trainer)
    if victim in ("API", "API and trainer"):
        service.kill()
        service.start()
    elif victim == "parent":
        worker = service.worker
        os.kill(service.pid, signal.SIGKILL)
        worker.wait(20)
        service.close()
        service.start()
    elif victim == "worker":
        before = service.worker
        time.sleep(max(0.0, before.create_time() + CRASH_LOOP_S - time.time()))
        before.kill()
        wait_for(lambda: not before.is_running(), 10, lambda: "the worker lives")
        service.wait_until_ready()
    elif victim == "dashboard":
        dashboard.kill_and_start()


def assert_sound(service: Service, book: Book, evidence: Evidence, dice: random.Random) -> None:
    evidence.holds(book)
    wait_for(lambda: runs_are_sane(service, evidence), SETTLE_S, lambda: f"{evidence.active_runs()}")
    answer = service.predict(photo_of(0))
    assert (answer["model_version"], answer["predicted_class"]) == (evidence.champion(), "cat")
    photo = dice.choice([*book.uploads])
    kept = requests.get(f"{service.url}/dataset/images/{photo}", timeout=10)
    assert kept.ok, kept.text


def runs_are_sane(service: Service, evidence: Evidence) -> bool:
    """Return whether each trainer works on the active run, and each running run has its trainer."""
    trainers = {trainer.pid for trainer in service.trainers()}
    active = evidence.active_runs()
    running = {pid for _, state, pid in active if state == "running"}
    waits = any(state == "queued" for _, state, _ in active)  # its trainer may be about to be noted
    return (
        len(active) <= 1 and running <= trainers and (trainers <= running or (waits and len(trainers) == 1))
    )


def is_still(service: Service, evidence: Evidence) -> bool:
    """Return whether no run and no trainer is left, and ask what is left to stop."""
    for run_id, _, _ in evidence.active_runs():
        assert service.post("/training/stop", json={"run_id": run_id}).status_code in (202, 409)
    return not service.trainers() and not evidence.active_runs()


def assert_ends_in_order(service: Service, evidence: Evidence) -> None:
    """Fail unless a run that outlived its service can be stopped, and the service, too."""
    wait_for(
        lambda: is_still(service, evidence),
        SETTLE_S,
        lambda: f"{service.trainers()} {evidence.active_runs()}",
    )
    assert service.stop() == 0


def test_what_was_acknowledged_survives_every_kill(
    service: Service, dashboard: Dashboard, note: Note
) -> None:
    dice, book, evidence = random.Random(SEED), Book(), Evidence(service.home)
    kills = dict.fromkeys(VICTIMS, 0)
    for victim in itertools.islice(victims(dice), ROUNDS):
        cut = len(book.cut)
        with Clients(service, book, dice):
            time.sleep(dice.uniform(0.1, LONGEST_ROUND_S))
            strike(victim, service, dashboard)
        kills[victim] += 1
        assert book.wrong == []
        assert victim not in ("trainer", "dashboard") or len(book.cut) == cut, book.cut[cut:]
        assert_sound(service, book, evidence, dice)
    assert book.uploads
    assert book.labelled
    assert book.promotions
    dashboard.wait_until_it_answers()
    assert_ends_in_order(service, evidence)
    evidence.holds(book)
    note(
        f"kill -9 in {ROUNDS} rounds: " + ", ".join(f"{name} {count}" for name, count in kills.items()),
        seen="a few seconds without an answer; a run that died is failed or goes on by itself",
        figure=f"kept: all of {len(book.uploads)} uploads, {len(book.labelled)} labels,"
        f" {len(book.promotions)} promotions, {len(book.runs)} runs",
    )
