"""A trainer gets the settings of the service in its environment."""

import os
import sys
from pathlib import Path

import pytest

from lenswright.jobs.launcher import GROUP_NICENESS, NICENESS, Launcher, environment, read_tail
from lenswright.settings import Settings


def test_a_child_reads_the_same_settings(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, backbone_weights=tmp_path / "w.h5", _env_file=None)  # type: ignore[call-arg]
    told = environment(settings)
    assert told["LENSWRIGHT_HOME"] == str(tmp_path.resolve())
    assert told["LENSWRIGHT_DATABASE_URL"] == settings.database
    assert told["LENSWRIGHT_BACKBONE_WEIGHTS"] == str(tmp_path / "w.h5")
    assert "LENSWRIGHT_BUNDLED_MODELS" not in told


def test_a_process_is_told_its_run_and_its_words_are_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, _env_file=None)  # type: ignore[call-arg]
    child = Launcher(settings, [sys.executable, "-c", "import sys; print(sys.argv[1:])"]).launch(7)
    assert child.child.wait(10) == 0
    assert child.log_tail() == "['--run-id', '7']"
    assert child.log_file == tmp_path.resolve() / "data" / "runs" / "7" / "trainer.log"


@pytest.mark.skipif(sys.platform != "linux", reason="niceness is read from /proc")
def test_a_trainer_is_nice_within_its_session_and_among_the_sessions(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, _env_file=None)  # type: ignore[call-arg]
    process = Launcher(settings, [sys.executable, "-c", "import time; time.sleep(30)"]).launch(7)
    group = Path(f"/proc/{process.pid}/autogroup")
    said = group.read_text() if group.exists() else f"no such groups here, nice {GROUP_NICENESS}"
    niceness = os.getpriority(os.PRIO_PROCESS, process.pid)
    process.kill()
    assert niceness == NICENESS
    assert said.strip().endswith(f"nice {GROUP_NICENESS}")


def test_the_tail_of_a_long_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "long.log"
    log.write_text("\n".join(f"line {number}" for number in range(100_000)))
    assert read_tail(log, 2) == "line 99998\nline 99999"
    assert read_tail(tmp_path / "none.log") == ""
