"""An import in a real child process, killed at random moments, and gone on with."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lenswright.storage.database import Database, open_database
from lenswright.storage.dataset_tables import EditEntryRow, EditRow, PhotoRow
from tests.builders import make_photo

PHOTOS, ROUNDS, TIMEOUT_S = 1_200, 5, 120  # six chunks of the intake


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two classes with `PHOTOS` different photos, and two files that are none."""
    root = tmp_path_factory.mktemp("photos")
    for kind in ("circle", "square"):
        (root / kind).mkdir()
        for number in range(PHOTOS // 2):
            (root / kind / f"{number:04}.jpg").write_bytes(make_photo(kind, seed=number))
    for name in ("circle/broken.jpg", "notes.txt"):
        (root / name).write_bytes(b"no photo")
    return root


def start(folder: Path, home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lenswright.cli", "import", str(folder), "--task", "shapes", "--json"]
    environment = {**os.environ, "LENSWRIGHT_HOME": str(home)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def entered(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(EditEntryRow)).one()


def wait_for(child: subprocess.Popen[str], database: Database, more_than: int) -> None:
    """Wait until the child has entered something more, or has ended."""
    deadline = time.monotonic() + TIMEOUT_S
    while child.poll() is None and entered(database) <= more_than:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def finish(child: subprocess.Popen[str]) -> str:
    out, err = child.communicate(timeout=TIMEOUT_S)
    assert child.returncode == 0, err
    return out


def assert_all_is_in_once(database: Database, home: Path) -> None:
    with database.reading() as session:
        names = session.scalars(select(PhotoRow.filename)).all()
        listed = session.scalars(select(EditEntryRow.filename)).all()
        edits = session.scalars(select(EditRow)).all()
        shas = set(session.scalars(select(PhotoRow.sha256)))
    assert (len(names), len(set(names))) == (PHOTOS, PHOTOS)
    assert (len(listed), len(set(listed))) == (PHOTOS + 2, PHOTOS + 2)
    assert [(edit.id, edit.action, edit.ended_at is not None) for edit in edits] == [(1, "import", True)]
    stored = {file.stem for file in (home / "uploads").rglob("*.jpg")}
    assert shas <= stored


def test_killed_again_and_again_it_goes_on_and_nothing_is_double_or_missing(
    folder: Path, tmp_path: Path
) -> None:
    home, dice = tmp_path / "home", random.Random()
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    killed = 0
    for _ in range(ROUNDS):
        child = start(folder, home)
        wait_for(child, database, entered(database))
        time.sleep(dice.uniform(0, 0.15))  # anywhere: in a decode, a write, a commit
        child.kill()
        child.communicate()
        killed += child.returncode == -signal.SIGKILL
    before = entered(database)
    assert killed
    assert before > 0
    record = json.loads(finish(start(folder, home)))
    assert record["counts"] == {"stored": PHOTOS, "refused": 2}
    assert record["done_before"] + record["done"] == PHOTOS + 2
    assert_all_is_in_once(database, home)
    database.close()


def test_ctrl_c_keeps_what_is_in_and_says_how_to_go_on(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    child = start(folder, home)
    wait_for(child, database, 0)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=TIMEOUT_S)
    assert child.returncode == 3, err
    record = json.loads(out)
    assert record["problem"] == "Stopped."
    assert record["done"] <= sum(record["counts"].values()) == entered(database) < PHOTOS
    finish(start(folder, home))
    assert_all_is_in_once(database, home)
    database.close()


def test_a_second_import_of_the_same_is_refused_while_one_runs(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    database = open_database(f"sqlite:///{home / 'data' / 'lenswright.db'}")
    first = start(folder, home)
    wait_for(first, database, 0)
    second = start(folder, home)
    _, err = second.communicate(timeout=TIMEOUT_S)
    ended_first = first.poll() is not None
    finish(first)
    assert ended_first or (second.returncode == 1 and "in progress already" in err)
    database.close()
