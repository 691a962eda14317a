"""A run followed to its end, its progress shown meanwhile."""

import time
from collections.abc import Callable
from typing import TextIO

from lenswright.cli.client import Client, Json
from lenswright.cli.line import Line
from lenswright.cli.tables import duration
from lenswright.errors import ApiAway

ENDED = ("completed", "failed", "stopped")
INTERVAL_S = 1.0
MOST_AWAY_S = 60.0  # an API that is restarted is back by then, and the run has gone on


def follow(
    api: Client,
    run_id: int,
    screen: TextIO,
    *,
    interval_s: float = INTERVAL_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Json:
    """Return the run when it has ended. Raises ApiAway once the API is away for a minute."""
    shown = Line(screen)
    away_s = 0.0
    try:
        while True:
            try:
                run = api.get("/training-status", run_id=run_id)
                away_s = 0.0
            except ApiAway:
                away_s += max(interval_s, 0.1)
                if away_s > MOST_AWAY_S:
                    raise
            else:
                if run["state"] in ENDED:
                    return run
                phase = str(run.get("phase") or run["state"])
                shown.show(words(run), share=run.get("progress") or 0.0, phase=phase)
            sleep(interval_s)
    finally:
        shown.end()


def words(run: Json) -> str:
    """Return `run 7 · fine-tuning · 43 % · epoch 3 of 6 · 210 photos/s · 4 min 10 s left`."""
    speed = (run.get("metrics") or {}).get("images_per_s")
    parts = [
        f"run {run['run_id']}",
        "stopping" if run.get("stop_requested") else run.get("phase") or run["state"],
        f"{100 * (run.get('progress') or 0):.0f} %",
        step(run),
        f"{speed:,.0f} photos/s" if speed else "",
        f"{duration(run['eta_s'])} left" if run.get("eta_s") is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def step(run: Json) -> str:
    """Return `epoch 3 of 6` or `trial 3 of 20`; "" before the first."""
    at, asked, kind = run.get("epoch"), run.get("request") or {}, run.get("kind")
    if not at:
        return ""
    if kind == "compare":  # its present configuration's
        return f"epoch {at}"
    if kind == "tune":
        return f"trial {at} of {asked.get('trials')}"
    total = asked.get("fine_tune_epochs") if run.get("phase") == "fine-tuning" else run["epochs"]
    return f"epoch {at} of {total}"
