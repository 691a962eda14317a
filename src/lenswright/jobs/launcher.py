"""Start the training process of a run: another interpreter, its own session, little priority."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lenswright.jobs.log_lines import in_words
from lenswright.jobs.processes import kill_group, yield_to_others
from lenswright.redaction import redacted, secrets_of
from lenswright.settings import PREFIX, Settings

TRAINER = (sys.executable, "-m", "lenswright.training")
NICENESS = 10  # answering requests comes first
GROUP_NICENESS = 5  # a quarter of the CPUs while the service could use them all
TAIL_BYTES = 16_384


@dataclass(frozen=True)
class TrainerProcess:
    """A training process that this process started."""

    pid: int
    child: subprocess.Popen[bytes]
    log_file: Path

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self.child.poll()

    def kill(self) -> None:
        """End it and all it started, now."""
        kill_group(self.pid)
        self.child.wait()

    def log_tail(self, lines: int = 20) -> str:
        """Return the last `lines` lines it wrote."""
        return read_tail(self.log_file, lines)


class Launcher:
    """Starts `command --run-id N` with the settings of this process in its environment."""

    def __init__(self, settings: Settings, command: Sequence[str] = TRAINER) -> None:
        self._settings = settings
        self._command = tuple(command)

    def launch(self, run_id: int) -> TrainerProcess:
        """Start the process of the run. Raises OSError if it cannot be started."""
        log_file = self.log_file(run_id)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("ab") as log:
            child = subprocess.Popen(
                [*self._command, *arguments(run_id)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | environment(self._settings),
                start_new_session=True,  # Ctrl-C is for us; we then stop it in order
            )
        yield_to_others(child.pid, NICENESS, GROUP_NICENESS)
        return TrainerProcess(child.pid, child, log_file)

    def log_file(self, run_id: int) -> Path:
        """Where the process of the run writes what it has to say."""
        return self._settings.data_folder.resolve() / "runs" / str(run_id) / "trainer.log"


def arguments(run_id: int) -> list[str]:
    """Return what the command is told; it also tells a trainer from a later process with its id."""
    return ["--run-id", str(run_id)]


def environment(settings: Settings) -> dict[str, str]:
    """Return the settings as environment variables, so that a child reads the very same."""
    values = settings.model_dump() | {
        "home": settings.home.resolve(),
        "database_url": settings.database,
    }
    named = {PREFIX + name.upper(): str(value) for name, value in values.items() if value is not None}
    return named | {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}


def read_tail(file: Path, lines: int = 20) -> str:
    """Return the last `lines` lines of a log in words and without secrets; empty if there is none."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - TAIL_BYTES))
            text = stream.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    words = "\n".join(map(in_words, text.splitlines()))
    return redacted("\n".join(words.splitlines()[-lines:]), secrets_of())
