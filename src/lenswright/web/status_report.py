"""How the service is: its model, its traffic, its data, its training, as JSON."""

from dataclasses import asdict
from typing import Any

from lenswright import __version__
from lenswright.dataset.reviews import feedback_counts
from lenswright.errors import BundleRefused, NotFound
from lenswright.runs.state import Run
from lenswright.web.dataset_report import counts, known_tasks
from lenswright.web.drift_report import drift_report
from lenswright.web.instance_report import instance_entry, instances_report
from lenswright.web.model_report import SUMMARY
from lenswright.web.services import Services
from lenswright.web.times import iso, iso_or_none


def status_report(here: Services, task: str) -> dict[str, Any]:
    """Return what `/status` answers for `task`."""
    model = live_model_entry(here, task)
    instance, running = here.instance, here.supervisor.active()
    return {
        "status": "no_model" if model is None else "ok",
        "task": task,
        "tasks": known_tasks(here),
        "version": __version__,
        "instance": instance_entry(instance),
        "uptime_s": max(0.0, round(here.clock() - instance.started_at, 3)),
        "model": model,
        "model_version": model and model["version"],
        "model_problem": here.live.problem(task),
        "metrics": model and model["metrics"],
        "confusion_matrix": model and model["confusion_matrix"],
        "requests": here.window.snapshot(),
        **instances_report(here.instances.alive(), instance.id),
        "drift": drift_report(here, task),
        "cache": asdict(here.live.cache.counts()),
        "feedback": asdict(feedback_counts(here.database, task, model["version"] if model else "")),
        "dataset": counts(here, task),
        "training": running and _running_entry(running),
    }


def live_model_entry(here: Services, task: str) -> dict[str, Any] | None:
    """Return the model that answers for `task` in this instance, None if there is none."""
    classifier = here.live.current(task)
    if classifier is None:
        return None
    version = here.versions.get(classifier.manifest.version)
    names = [name for name in SUMMARY if name != "run_id"]
    return {
        "version": version.version,
        "task": version.task,
        "created_at": iso(version.created_at),
        "promoted_at": iso_or_none(_promoted_at(here, task, version.version)),
        "origin": version.origin,
        **{name: version.summary.get(name) for name in names},
        "confusion_matrix": _confusion(here, task, version.version),
    }


def _promoted_at(here: Services, task: str, version: str) -> float | None:
    times = [promotion.at for promotion in here.promotion.history(task) if promotion.version == version]
    return max(times, default=None)


def _confusion(here: Services, task: str, version: str) -> dict[str, Any] | None:
    """Return the confusion matrix of the version's report, None if it has no report."""
    try:
        report = here.report(task, version)
    except (NotFound, BundleRefused):
        return None
    matrix: dict[str, Any] | None = report.get("confusion_matrix")
    return matrix


def _running_entry(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "kind": run.kind,
        "state": run.state,
        "phase": run.phase,
        "progress": run.progress,
        "task": run.task,
    }
