"""A run asked for and followed, and what came of it in words."""

import json
from typing import Any

from lenswright.cli import tables
from lenswright.cli.client import Json
from lenswright.cli.following import follow
from lenswright.cli.session import DONE, FAILED, STOPPED, Session

MOST_NAMED = 5  # photos that are named, of those that a new model answers otherwise
STATUS = {"completed": DONE, "failed": FAILED, "stopped": STOPPED}


def start(session: Session, path: str, body: Json) -> int:
    """Ask for a run, and follow it unless it is to be left alone."""
    begun = session.api.post(path, body)
    if session.given.detach:
        session.answer(
            begun, f"Run {begun['run_id']} has begun. Follow it: lenswright runs {begun['run_id']}"
        )
        return DONE
    return finish(session, begun["run_id"])


def finish(session: Session, run_id: int) -> int:
    """Follow a run to its end and say what came of it; Ctrl-C leaves it alone."""
    try:
        run = follow(session.api, run_id, session.err)
    except KeyboardInterrupt:
        session.warn(
            f"Run {run_id} goes on. Follow it: lenswright runs {run_id}. Stop it: lenswright stop {run_id}."
        )
        return DONE
    status = STATUS[run["state"]]
    if session.given.json:
        session.answer(run, "")
    elif status == FAILED:
        session.warn(f"Run {run_id} failed: {tables.outcome(run)}")
    else:
        session.say(_told(run))
    return status


def _told(run: Json) -> str:
    """Return what came of a run: a sentence, the table if there is one, the version if there is one."""
    result = run.get("result") or {}
    lines = [f"Run {run['run_id']} {run['state']}. {tables.outcome(run)}"]
    if run.get("version"):
        lines.append(f"Version {run['version']}, after {tables.duration(run.get('elapsed_s'))}.")
    if result.get("trials"):
        lines.append(tables.trials(result["trials"]))
        best = {name: value for name, value in result["best"].items() if name != "task"}
        lines.append(
            "Train with the best: lenswright train "
            + " ".join(f"--set {_assigned(*pair)}" for pair in best.items())
        )
    lines += (result.get("advice") or {}).get("words", [])
    if result.get("changes"):
        lines.append(_changes(result["changes"]))
    if result.get("leaderboard"):
        lines.append(tables.leaderboard(result["leaderboard"]))
    return "\n".join(lines)


def _changes(changes: Json) -> str:
    """Return how many photos the new model answers better and worse than the one before, and which."""
    totals, lines = [], []
    for name, words in (("fixed", "now right"), ("newly_wrong", "newly wrong")):
        ids = changes.get(name) or []
        total = changes.get(f"{name}_total", len(ids))  # of many, the surest are listed
        totals.append(f"{total:,} {words}")
        if ids:
            more = f" and {total - MOST_NAMED:,} more" if total > MOST_NAMED else ""
            lines.append(f"  {words}: photo {', '.join(map(str, ids[:MOST_NAMED]))}{more}")
    return "\n".join([f"Against {changes.get('compared_with')}: {', '.join(totals)}.", *lines])


def _assigned(name: str, value: Any) -> str:
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"
