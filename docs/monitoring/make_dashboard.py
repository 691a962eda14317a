"""The Grafana dashboard, from a list of panels short enough to read.

`python -m docs.monitoring.make_dashboard` writes `grafana.json` anew; a test fails when it is out of date.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "grafana.json"
SCHEMA = 42  # of Grafana 12 and 13; older ones from 10 on read it, too
WIDE = 24  # columns of Grafana's grid
SOURCE = {"type": "prometheus", "uid": "${source}"}
OURS = 'instance=~"$instance"'
OF_TASK = f'{OURS}, task=~"$task"'
PER = "[$__rate_interval]"

Panel = dict[str, Any]


def panels() -> list[Panel]:
    """Return the rows of the dashboard, one below the other."""
    rows = [("At a glance", 4, glance()), ("Traffic", 8, traffic()), ("Latency", 8, latency())]
    rows += [("Drift", 8, drift()), ("Training", 7, training()), ("Process", 7, process())]
    placed: list[Panel] = []
    top = 0
    for title, height, row in rows:
        placed.append({"type": "row", "title": title, "collapsed": False, "gridPos": place(0, top, WIDE, 1)})
        width = WIDE // len(row)
        placed += [
            panel | {"gridPos": place(i * width, top + 1, width, height)} for i, panel in enumerate(row)
        ]
        top += 1 + height
    return [panel | {"id": number} for number, panel in enumerate(placed, 1)]


def glance() -> list[Panel]:
    """How many answer, how much, how well, how fast, what."""
    failed = f'sum(rate(lenswright_requests_total{{{OURS}, status=~"5.."}}{PER}))'
    share = f"({failed} or vector(0)) / clamp_min(sum(rate(lenswright_requests_total{{{OURS}}}{PER})), 1e-9)"
    return [
        stat("Instances", "short", f"count(lenswright_build_info{{{OURS}}})"),
        stat("Predictions", "ops", f"sum(rate(lenswright_predictions_total{{{OF_TASK}}}{PER}))"),
        stat("Errors", "percentunit", share, limits=(0.01, 0.05)),
        stat("p99 of predictions", "s", quantile(0.99), limits=(0.2, 0.5)),
        stat("Serves", "none", f"lenswright_model_info{{{OF_TASK}}}", named="{{task}}: {{version}}"),
        stat(
            "Drift",
            "none",
            f"max by (task) (lenswright_drift_level{{{OF_TASK}}})",
            named="{{task}}",
            limits=(1, 2),
            words={"0": "as expected", "1": "shifted", "2": "drifted"},
        ),
    ]


def traffic() -> list[Panel]:
    """What is asked, and what is answered."""
    asked = f"rate(lenswright_requests_total{{{OURS}}}{PER})"
    answered = f"rate(lenswright_predictions_total{{{OF_TASK}}}{PER})"
    classes, statuses = (f"sum by ({label}) ({answered})" for label in ("predicted_class", "status"))
    return [
        graph("Requests by status", "reqps", f"sum by (status) ({asked})", "{{status}}"),
        graph("Answers by class", "ops", classes, "{{predicted_class}}", stacked=True),
        graph("How sure", "ops", statuses, "{{status}}", stacked=True),
    ]


def latency() -> list[Panel]:
    """How long predictions take, where the time goes, and how many wait."""
    phases = 'phase!="total"'
    spent = f"sum by (phase) (rate(lenswright_prediction_seconds_sum{{{OURS}, {phases}}}{PER}))"
    times = f"sum by (phase) (rate(lenswright_prediction_seconds_count{{{OURS}, {phases}}}{PER}))"
    shares = {f"p{share * 100:g}": quantile(share) for share in (0.5, 0.95, 0.99)}
    waiting = {
        "{{instance}}": f"lenswright_queue_length{{{OURS}}}",
        "limit": f"min(lenswright_queue_limit{{{OURS}}})",
    }
    return [
        graph("Predictions", "s", shares),
        graph("Mean by phase", "s", f"{spent} / {times}", "{{phase}}", stacked=True),
        graph("Waiting", "short", waiting),
    ]


def drift() -> list[Panel]:
    """How far recent answers are from those to the validation photos; every instance says the same."""
    scores = f"max by (task, measure) (lenswright_drift_score{{{OF_TASK}}})"
    photos = f"max by (task) (lenswright_drift_photos{{{OF_TASK}}})"
    return [
        graph("Distance to what was expected", "short", scores, "{{task}}: {{measure}}"),
        graph("Recent answers looked at", "short", photos, "{{task}}"),
    ]


def training() -> list[Panel]:
    """Whether something learns, how far it is, how fast."""
    running = {
        "{{kind}}: {{phase}}": f"lenswright_training_progress_ratio{{{OURS}}} * on (instance)"
        f" group_left (kind, phase) lenswright_training_phase_info{{{OURS}}}"
    }
    active = f"max(lenswright_training_running{{{OURS}}})"
    failed = f"max(lenswright_training_last_run_failed{{{OURS}}})"
    return [
        stat("Now", "none", active, words={"0": "nothing runs", "1": "a run is active"}),
        stat("Last run", "none", failed, limits=(1, 1), words={"0": "did not fail", "1": "failed"}),
        graph("Done", "percentunit", running),
        graph("Speed", "short", {"photos/s": f"max(lenswright_training_photos_per_second{{{OURS}}})"}),
    ]  # fmt: skip


def process() -> list[Panel]:
    """What the processes take, and what they had to drop."""
    hits, misses = (
        f"sum(rate(lenswright_answer_cache_{name}_total{{{OURS}}}{PER}))" for name in ("hits", "misses")
    )
    dropped = {
        "requests turned away": f"sum(increase(lenswright_requests_turned_away_total{{{OURS}}}[5m]))",
        "requests not logged": f"sum(increase(lenswright_request_log_dropped_total{{{OURS}}}[5m]))",
        "photos not kept": f"sum(increase(lenswright_kept_photos_dropped_total{{{OURS}}}[5m]))",
    }
    return [
        graph("Memory", "bytes", f"lenswright_resident_memory_bytes{{{OURS}}}", "{{instance}}"),
        graph("CPUs", "short", f"rate(process_cpu_seconds_total{{{OURS}}}{PER})", "{{instance}}"),
        graph("Open files", "short", f"process_open_fds{{{OURS}}}", "{{instance}}"),
        graph("Answer cache", "ops", {"hits": hits, "misses": misses}),
        graph("Lost", "short", dropped),
    ]  # fmt: skip


def quantile(share: float) -> str:
    """Return the query of a quantile of the whole time of predictions."""
    rate = f'rate(lenswright_prediction_seconds_bucket{{{OURS}, phase="total"}}{PER})'
    return f"histogram_quantile({share}, sum by (le) ({rate}))"


def stat(
    title: str,
    unit: str,
    query: str,
    *,
    named: str = "",
    limits: tuple[float, float] | None = None,
    words: dict[str, str] | None = None,
) -> Panel:
    """Return one number, or one for each series; where it is `named` and has no `words`, its name.

    `limits`: where yellow and red begin.
    """
    defaults: dict[str, Any] = {"unit": unit, "color": {"mode": "thresholds"}, "thresholds": steps(limits)}
    if words:
        options = {value: {"text": text} for value, text in words.items()}
        defaults["mappings"] = [{"type": "value", "options": options}]
    text_mode = "name" if named and not words else "auto"
    return {
        **panel("stat", title, {named: query}, defaults),
        "options": {"colorMode": "value", "graphMode": "none", "textMode": text_mode},
    }


def graph(
    title: str, unit: str, queries: str | dict[str, str], named: str = "", *, stacked: bool = False
) -> Panel:
    """Return lines over time; `queries`: one, with the names of its series, or several by name."""
    lines = {"fillOpacity": 20 if stacked else 0, "stacking": {"mode": "normal" if stacked else "none"}}
    defaults = {"unit": unit, "min": 0, "custom": lines}
    given = {named: queries} if isinstance(queries, str) else queries
    options = {"tooltip": {"mode": "multi", "sort": "desc"}, "legend": {"displayMode": "list"}}
    return {**panel("timeseries", title, given, defaults), "options": options}  # fmt: skip


def panel(kind: str, title: str, queries: dict[str, str], defaults: dict[str, Any]) -> Panel:
    """Return what all panels share."""
    targets = [
        {
            "refId": chr(ord("A") + number),
            "expr": query,
            "legendFormat": name or "__auto",
            "datasource": SOURCE,
        }
        for number, (name, query) in enumerate(queries.items())
    ]
    return {
        "type": kind,
        "title": title,
        "datasource": SOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
    }


def steps(limits: tuple[float, float] | None) -> dict[str, Any]:
    """Return green, and from the limits on yellow and red."""
    marks = zip(limits or (), ("yellow", "red"), strict=False)
    rising = [{"value": value, "color": colour} for value, colour in marks]
    return {"mode": "absolute", "steps": [{"value": None, "color": "green"}, *rising]}


def place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def variable(name: str, label: str, metric: str) -> dict[str, Any]:
    """Return a choice of several values of a label, by default all."""
    query = f"label_values({metric}, {name})"
    return {
        "name": name, "label": label, "type": "query", "datasource": SOURCE, "definition": query,
        "query": {"query": query, "refId": name}, "refresh": 2, "multi": True, "includeAll": True,
        "allValue": ".*", "current": {"text": "All", "value": "$__all"}, "sort": 1,
    }  # fmt: skip


def dashboard() -> dict[str, Any]:
    """Return the whole dashboard."""
    source = {"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}
    variables = [
        source,
        variable("instance", "Instance", "lenswright_build_info"),
        variable("task", "Task", "lenswright_model_ready"),
    ]
    return {
        "title": "lenswright",
        "uid": "lenswright",
        "tags": ["lenswright"],
        "schemaVersion": SCHEMA,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": variables},
        "annotations": {"list": []},
        "panels": panels(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(dashboard(), indent=2) + "\n")
