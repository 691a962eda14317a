"""The one poll: every two seconds `/status` goes into the Store `live`, and all pages read that.

`live`   everything that moves: {"state","reason","at","misses","status","run"}; `status` keeps its last
         good value while the API is away.
`facts`  what changes rarely, as a small dict; its Store is written only when it changes, so tables and
         galleries that read it do not redraw with every poll.
"""

import time
from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, State, no_update

from lenswright.dashboard.api_client import ApiClient, Json
from lenswright.errors import ApiAway, ApiRefused, LenswrightError

INTERVAL_MS = 2000  # kept in step with assets/live.js
RUN_PAGE = "/training"
DENIED = (401, 403)  # no key, a wrong one, or one of a role too low
CONNECTING: Json = {
    "state": "connecting",
    "reason": None,
    "at": None,
    "misses": 0,
    "status": None,
    "run": None,
}


def take(api: ApiClient, task: str | None, path: str, before: Json | None, now: float) -> Json:
    """Return the next `live` from the API and the one before; never raises for an API that is away."""
    before = before or CONNECTING
    try:
        status = api.status(task)
        run = _run(api, status, path)
    except ApiAway as exc:
        return _missed(before, exc, "away")
    except ApiRefused as exc:
        return _missed(before, exc, "denied" if exc.status in DENIED else "refused")
    return {"state": "ok", "reason": None, "at": now, "misses": 0, "status": status, "run": run}


def _run(api: ApiClient, status: Json, path: str) -> Json | None:
    """Return the run to show: asked for only where it is shown."""
    if path != RUN_PAGE:
        return None
    run = api.training_status(task=status.get("task"))
    return None if run.get("state") == "idle" else run


def _missed(before: Json, exc: LenswrightError, state: str) -> Json:
    """Return `before`, marked; one slow answer alone is no outage when there was a good one just before."""
    misses = before["misses"] + 1
    forgiven = misses == 1 and before["state"] == "ok" and "within" in str(exc)
    return {**before, "state": "ok" if forgiven else state, "reason": str(exc), "misses": misses}


def facts_of(live: Json) -> Json:
    """Return what pages with tables depend on; equal facts mean nothing to redraw."""
    status = live["status"] or {}
    training = status.get("training") or {}
    dataset = status.get("dataset") or {}
    return {
        "reachable": live["state"] == "ok",
        "known": live["status"] is not None,
        "task": status.get("task"),
        "version": status.get("model_version") or (status.get("model") or {}).get("version"),
        "photos": dataset.get("total"),
        "labelled": dataset.get("labelled"),
        "run_id": training.get("run_id"),
        "run_state": training.get("state"),
    }


def poll(
    api: ApiClient, _ticks: int, task: str | None, path: str, _wake: Any, before: Json, facts: Json
) -> tuple[Json, Any]:
    """Return (live, facts or no_update); the one callback that talks to the API every two seconds."""
    live = take(api, task, path or "/", before, time.time())
    seen = facts_of(live)
    return live, seen if seen != facts else no_update


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the poll; `bound` hands the API client to a callback as its first argument."""
    app.callback(
        Output("live", "data"),
        Output("facts", "data"),
        Input("tick", "n_intervals"),
        Input("task", "data"),
        Input("_pages_location", "pathname"),
        Input("wake", "data"),
        State("live", "data"),
        State("facts", "data"),
    )(bound(poll))
