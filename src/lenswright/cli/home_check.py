"""Whether the service that answers sees what an import writes: a guessed home may be another one's."""

from dataclasses import dataclass
from datetime import datetime

from lenswright.cli.client import Client, Json
from lenswright.errors import ApiAway, ApiRefused, InputRefused

TIMEOUT_S = 5.0
APART_S = 1.0  # the service tells times in whole seconds or finer


@dataclass(frozen=True)
class Opened:
    """The edit of an import: of files at `path`, opened `at` epoch seconds."""

    id: int
    task: str
    path: str
    at: float


def check_seen(api: Client, opened: Opened) -> None:
    """Return if the service knows this very edit, or if none answers. Raises InputRefused."""
    try:
        found = api.get(f"/dataset/batches/{opened.id}", timeout=TIMEOUT_S)
    except ApiAway:
        return
    except ApiRefused as exc:
        is_another = exc.status == 404 and exc.code == "not_found"  # else it is broken, or no service of ours
    else:
        is_another = not _is_same(found, opened)
    if is_another:
        raise InputRefused(
            f"The service at {api.url} uses another home: it would not see these photos."
            " Set LENSWRIGHT_HOME to its home, or give --home."
        )


def _is_same(found: Json, opened: Opened) -> bool:
    detail = found.get("detail") or {}
    same = (found.get("id"), found.get("task"), detail.get("path"))
    if same != (opened.id, opened.task, opened.path):
        return False
    try:
        return abs(datetime.fromisoformat(str(found.get("at"))).timestamp() - opened.at) <= APART_S
    except ValueError:
        return False
