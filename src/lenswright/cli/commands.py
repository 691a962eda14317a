"""What each command does: ask the API, follow the run, say what came of it. Returns the exit status."""

import argparse
import json
from collections.abc import Callable
from typing import Any, TextIO

from lenswright.cli import tables
from lenswright.cli.arguments import wishes
from lenswright.cli.client import Client, Json
from lenswright.cli.following import follow
from lenswright.errors import LenswrightError

DONE, FAILED, STOPPED = 0, 1, 3
STATUS = {"completed": DONE, "failed": FAILED, "stopped": STOPPED}


class Session:
    """One call of the command line: `out` gets the answer, `err` the progress and what went wrong."""

    def __init__(self, given: argparse.Namespace, out: TextIO, err: TextIO) -> None:
        self.given, self.out, self.err = given, out, err
        self.api = Client(given.api_url)

    def say(self, text: str) -> None:
        """Print an answer."""
        self.out.write(f"{text}\n")

    def answer(self, record: Any, text: str) -> None:
        """Print the answer, as JSON when that was asked for."""
        self.say(json.dumps(record, indent=2) if self.given.json else text)


def train(session: Session) -> int:
    """Train on every labelled photo."""
    return _start(session, "/train", wishes(session.given))


def retrain(session: Session) -> int:
    """Label photos taken in before, then train."""
    files = [file for file, _ in session.given.files]
    labels = [label for _, label in session.given.files]
    more = {"allow_new_labels": True} if session.given.allow_new_labels else {}
    return _start(session, "/retrain", {**wishes(session.given), "files": files, "labels": labels, **more})


def tune(session: Session) -> int:
    """Search the best settings of the head."""
    return _start(session, "/tune", wishes(session.given))


def compare(session: Session) -> int:
    """Train several configurations and list the best first."""
    asked = session.given.config or session.given.configs
    return _start(session, "/compare", {**wishes(session.given), "configurations": asked})


def resume(session: Session) -> int:
    """Continue a failed or stopped run."""
    return _start(session, f"/runs/{session.given.run}/resume", {})


def runs(session: Session) -> int:
    """List the runs, or follow one."""
    if session.given.run is not None:
        return _follow(session, session.given.run)
    listed = session.api.get("/runs", task=session.given.task, limit=session.given.limit)["runs"]
    session.answer(listed, tables.runs(listed) if listed else "There is no run yet.")
    return DONE


def stop(session: Session) -> int:
    """Ask a run to stop."""
    asked = session.api.post("/training/stop", {"run_id": session.given.run} if session.given.run else {})
    session.answer(asked, f"Run {asked['run_id']} stops within seconds; the best so far is kept.")
    return DONE


def predict(session: Session) -> int:
    """Ask what each photo shows; a photo without an answer is named and does not end it."""
    answered, status = [], DONE
    for photo in session.given.photos:
        try:
            answered.append((str(photo), session.api.predict(photo, session.given.task)))
        except (LenswrightError, OSError) as exc:
            session.err.write(f"{photo}: {exc}\n")
            status = FAILED
    if answered or session.given.json:
        record = [{"photo": name, **answer} for name, answer in answered]
        session.answer(record, tables.predictions(answered) if answered else "")
    return status


COMMANDS: dict[str, Callable[[Session], int]] = {
    **{"train": train, "retrain": retrain, "tune": tune, "compare": compare},
    **{"resume": resume, "runs": runs, "stop": stop, "predict": predict},
}


def _start(session: Session, path: str, body: Json) -> int:
    begun = session.api.post(path, body)
    if session.given.detach:
        session.answer(
            begun, f"Run {begun['run_id']} has begun. Follow it: lenswright runs {begun['run_id']}"
        )
        return DONE
    return _follow(session, begun["run_id"])


def _follow(session: Session, run_id: int) -> int:
    try:
        run = follow(session.api, run_id, session.err)
    except KeyboardInterrupt:
        session.err.write(
            f"Run {run_id} goes on. Follow it: lenswright runs {run_id}. Stop it: lenswright stop {run_id}.\n"
        )
        return DONE
    status = STATUS[run["state"]]
    if session.given.json:
        session.answer(run, "")
    elif status == FAILED:
        session.err.write(f"Run {run_id} failed: {tables.outcome(run)}\n")
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
    if result.get("leaderboard"):
        lines.append(tables.leaderboard(result["leaderboard"]))
    return "\n".join(lines)


def _assigned(name: str, value: Any) -> str:
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"
