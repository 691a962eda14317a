"""Processes by id: whether one still lives, how much it may have of the CPU, ending a whole group of them."""

import logging
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

_log = logging.getLogger(__name__)


def is_alive(pid: int, arguments: Sequence[str]) -> bool:
    """Return whether process `pid` lives and was started with these last arguments.

    A process that ended but was not yet waited for is dead; so is another one with a reused id.
    """
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[-len(arguments) :] == [
            *arguments
        ]
    except psutil.Error:
        return False


def yield_to_others(pid: int, niceness: int, group_niceness: int) -> None:
    """Let other processes have the CPU before `pid`, a session leader, and what it starts.

    Where Linux groups tasks by session (`sched_autogroup_enabled`), niceness counts within the session
    only: a nice trainer would still get as much as the whole service. So the group becomes nice, too, to
    a lesser degree, as it stands against whole groups and not against single threads.
    """
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
    with suppress(OSError):  # no such groups on this system, or it ended already
        Path(f"/proc/{pid}/autogroup").write_text(str(group_niceness))


def kill_group(pid: int) -> None:
    """End `pid`, a session leader, and everything it started, at once."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError) as exc:
        _log.info("process group %d is already gone: %s", pid, exc)


def ending(status: int) -> str:
    """Return an exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    name = signal.Signals(-status).name
    return f"killed by {name}" + (", perhaps for want of memory" if name == "SIGKILL" else "")
