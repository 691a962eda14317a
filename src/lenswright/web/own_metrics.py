"""How this instance is at this moment, for Prometheus; what requests did is counted as they come."""

import logging
from collections.abc import Iterator
from dataclasses import asdict

import psutil
from prometheus_client.core import Metric

from lenswright import __version__
from lenswright.errors import LenswrightError
from lenswright.http_worker.traffic import traffic
from lenswright.monitoring.drift import Drift
from lenswright.monitoring.metrics import counter, gauge
from lenswright.runs.state import Run
from lenswright.web.services import Services

_log = logging.getLogger(__name__)


def own_metrics(here: Services) -> Iterator[Metric]:
    """Yield what is known; without a database, what is known without it, so that an alert can tell why."""
    yield gauge("build_info", "1, labelled with the version of lenswright", {(__version__,): 1}, "version")
    yield from _process(here)
    try:
        found = [*_models(here), *_training(here), *_drift(here)]
    except LenswrightError as exc:
        _log.warning("metrics of models, training and drift are left out: %s", exc)
        found = []
    yield gauge("database_up", "Whether the database answered just now", float(bool(found)))
    yield from found


def _process(here: Services) -> Iterator[Metric]:
    yield gauge("resident_memory_bytes", "Memory of this process", psutil.Process().memory_info().rss)
    waiting = traffic().waiting + here.live.waiting
    yield gauge("queue_length", "Requests that wait for their turn", waiting)
    yield gauge("queue_limit", "Requests that may wait before 503", here.settings.queue_size)
    turned_away = traffic().refused
    yield counter("requests_turned_away", "Requests refused before they were looked at", turned_away)
    yield counter("request_log_dropped", "Requests missing from the request log", here.request_log.dropped)
    yield counter("kept_photos_dropped", "Photos of predictions that found no room", here.kept_photos.dropped)
    cache = asdict(here.live.cache.counts())
    yield counter("answer_cache_hits", "Predictions answered from an earlier request", cache["hits"])
    yield counter("answer_cache_misses", "Predictions computed although answers are kept", cache["misses"])
    yield gauge("answer_cache_entries", "Answers that are kept", cache["entries"])
    yield gauge("answer_cache_bytes", "Memory of the answers that are kept", cache["bytes"])


def _models(here: Services) -> Iterator[Metric]:
    versions = here.live.versions()
    tasks = sorted({*here.promotion.champions(), here.settings.default_task})
    serving = dict.fromkeys(versions.items(), 1.0)
    yield gauge("model_info", "1 for the version that serves", serving, "task", "version")
    ready = {(task,): float(task in versions) for task in tasks}
    yield gauge("model_ready", "Whether a model answers for the task", ready, "task")
    refused = {(task,): float(here.live.problem(task) is not None) for task in tasks}
    yield gauge(
        "model_refused", "Whether the champion cannot be loaded, so that another answers", refused, "task"
    )


def _training(here: Services) -> Iterator[Metric]:
    recent = here.journal.recent(limit=2)  # of which one may be active
    run = here.supervisor.active()
    ended = next((one for one in recent if not one.is_active), None)
    yield gauge("training_running", "Whether a run is active on this machine", float(run is not None))
    yield gauge("training_progress_ratio", "Share of the active run that is done", run.progress if run else 0)
    phase = {} if run is None else {(run.kind, run.phase or "starting"): 1.0}
    yield gauge("training_phase_info", "1 for what the active run is at", phase, "kind", "phase")
    yield gauge(
        "training_photos_per_second", "Speed of the active run's last epoch", _photos_per_s(here, run)
    )
    failed = ended is not None and ended.state == "failed"
    yield gauge("training_last_run_failed", "Whether the last run that ended failed", float(failed))


def _photos_per_s(here: Services, run: Run | None) -> float:
    epochs = [] if run is None else here.journal.epochs(run.id, last=1)
    return float(epochs[0].get("images_per_s") or 0) if epochs else 0.0


def _drift(here: Services) -> Iterator[Metric]:
    found = {task: here.drift.look(task, version) for task, version in here.live.versions().items()}
    photos = {(task,): float(drift.photos) for task, drift in found.items()}
    yield gauge("drift_photos", "Recent answers that were looked at", photos, "task")
    levels = {(task,): float(drift.level) for task, drift in found.items() if drift.level is not None}
    yield gauge("drift_level", "0: as expected, 1: shifted, 2: drifted; nothing: unknown", levels, "task")
    yield gauge(
        "drift_score",
        "Distance of recent answers to those expected: PSI of class_mix and confidence, KS of distance",
        {(task, name): value for task, drift in found.items() for name, value in _scores(drift).items()},
        "task",
        "measure",
    )


def _scores(drift: Drift) -> dict[str, float]:
    measures = [drift.class_mix, *drift.measures] if drift.class_mix else []
    return {measure.name: measure.value for measure in measures}
