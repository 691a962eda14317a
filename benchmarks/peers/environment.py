"""The environments the peers run in: one each, made on demand from its pinned list and kept for good.

They lie in `~/.cache/lenswright-peers` (`XDG_CACHE_HOME` moves it), named after the peer and its list.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent
INSTALL_LIMIT_S = 1800
COMPLETE = "complete"  # a file that is written last: without it the environment is made anew


class PeerNotInstalled(RuntimeError):
    """An environment could not be made; the message says which and why."""


def cache_folder() -> Path:
    """Return where the environments lie."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "lenswright-peers"


def environment(name: str, cache: Path | None = None) -> Path:
    """Return the folder of the environment of peer `name` and make it first if it is missing.

    Raises PeerNotInstalled.
    """
    listed = PEERS / f"{name}.txt"
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(listed.read_bytes()).hexdigest()[:8]
    folder = (cache or cache_folder()) / f"{name}-{python}-{digest}"
    if not (folder / COMPLETE).exists():
        print(f"Installing {listed.name} into {folder}; this happens once.", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        _run(name, [sys.executable, "-m", "venv", str(folder)])
        pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet")
        _run(name, [*pip, "--disable-pip-version-check", "-r", str(listed)])
        (folder / COMPLETE).touch()
    return folder


def _run(name: str, command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_LIMIT_S)
    except (OSError, subprocess.SubprocessError) as exc:
        said = (getattr(exc, "stderr", None) or str(exc)).strip()[-1000:]
        raise PeerNotInstalled(
            f"The environment of {name} cannot be made, see below. Leave it out with --peers, which names"
            f" the peers to measure, or check the connection to the package index.\n{said}"
        ) from exc
