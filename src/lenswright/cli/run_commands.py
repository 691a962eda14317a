"""Commands that start, follow and stop runs. Each returns the exit status."""

from lenswright.cli import tables
from lenswright.cli.arguments import common, configuration, configurations, count, labelled, wished, wishes
from lenswright.cli.command_group import CommandGroup
from lenswright.cli.run_outcome import finish, start
from lenswright.cli.session import DONE, Session


def add_to(group: CommandGroup) -> None:
    """Add the commands."""
    _add_train(group)
    group.add("tune", "search the best settings of the head", tune, [wished()])
    _add_compare(group)
    _add_of_runs(group)


def train(session: Session) -> int:
    """Train on every labelled photo."""
    return start(session, "/train", wishes(session.given))


def retrain(session: Session) -> int:
    """Label photos taken in before, then train."""
    files = [file for file, _ in session.given.files]
    labels = [label for _, label in session.given.files]
    more = {"allow_new_labels": True} if session.given.allow_new_labels else {}
    return start(session, "/retrain", {**wishes(session.given), "files": files, "labels": labels, **more})


def tune(session: Session) -> int:
    """Search the best settings of the head."""
    return start(session, "/tune", wishes(session.given))


def compare(session: Session) -> int:
    """Train several configurations and list the best first."""
    asked = session.given.config or session.given.configs
    return start(session, "/compare", {**wishes(session.given), "configurations": asked})


def resume(session: Session) -> int:
    """Continue a failed or stopped run."""
    return start(session, f"/runs/{session.given.run}/resume", {})


def runs(session: Session) -> int:
    """List the runs, or follow one."""
    if session.given.run is not None:
        return finish(session, session.given.run)
    listed = session.api.get("/runs", task=session.given.task, limit=session.given.limit)["runs"]
    session.answer(listed, tables.runs(listed) if listed else "There is no run yet.")
    return DONE


def stop(session: Session) -> int:
    """Ask a run to stop."""
    asked = session.api.post("/training/stop", {"run_id": session.given.run} if session.given.run else {})
    session.answer(asked, f"Run {asked['run_id']} stops within seconds; the best so far is kept.")
    return DONE


def _add_train(group: CommandGroup) -> None:
    adding = group.add("train", "train on every labelled photo", train, [wished()])
    adding.add_argument("--preset", help="fast, best or scratch")
    adding.add_argument("--snapshot", type=count, metavar="ID", help="train on this frozen data set again")
    again = group.add("retrain", "label photos, then train", retrain, [wished()])
    again.add_argument("files", nargs="*", type=labelled, metavar="FILE=LABEL", help="id or path, and label")
    again.add_argument("--preset", help="fast, best or scratch")
    again.add_argument("--allow-new-labels", action="store_true", help="take labels unknown to the task")


def _add_compare(group: CommandGroup) -> None:
    adding = group.add("compare", "train several, list the best first", compare, [wished()])
    asked = adding.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "--config",
        action="append",
        type=configuration,
        metavar="'NAME=VALUE ...'",
        help="one of them; repeat it",
    )
    asked.add_argument("--configs", type=configurations, metavar="FILE.json", help="a list of them")


def _add_of_runs(group: CommandGroup) -> None:
    again = group.add("resume", "continue a failed or stopped run", resume, [common()])
    again.add_argument("run", type=int)
    again.add_argument("--detach", action="store_true", help="start it, do not follow it")
    listed = group.add("runs", "list the runs, or follow one", runs, [common()])
    listed.add_argument("run", type=int, nargs="?", help="follow this one")
    listed.add_argument("--limit", type=int, default=10, help="how many to list (default: 10)")
    ended = group.add("stop", "stop a run; the best so far is kept", stop, [common()])
    ended.add_argument("run", type=int, nargs="?", help="default: the run in progress")
