"""The training half of the fake API: a run that passes through its phases in a few seconds."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, request

from tests.dashboard import fake_data as made
from tests.dashboard.fake_models import FakeModels

PHASES = (
    "starting",
    "weights",
    "features",
    "fitting",
    "fitting",
    "fitting",
    "exporting",
    "measuring",
    "deciding",
)
EPOCHS = 24


class FakeRuns:
    """Runs of one machine; each lasts `train_s` and ends with a promoted version."""

    def __init__(self, train_s: float, models: FakeModels, classes: list[str]) -> None:
        self.train_s, self.models, self.classes = train_s, models, classes
        self.all: list[made.Json] = []
        if models.classes:
            self._old("completed", 95_000, "20261120-184210-77c0", promote=False)
            self._old("failed", 60_000, None, promote=None)
            self._old("completed", 11_500, "20261121-040312-9f3e", promote=True)

    def _old(self, state: str, age_s: float, version: str | None, *, promote: bool | None) -> None:
        at = time.time() - age_s
        reason = "Promoted: right on 463 of 480 test photos, the champion on 451: not worse (p = 0.08)."
        if promote is False:
            reason = "Not promoted: recall of 'dog' fell from 94 % to 61 %. The champion stays."
        verdict = None if promote is None else {"promote": promote, "reason": reason, "numbers": {}}
        error = "The trainer ended without a word (exit code -9). Last lines: features 3,200 of 7,996."
        run = {"run_id": len(self.all) + 1, "state": state, "version": version, "verdict": verdict, "at": at}
        self.all.append(
            {**run, "ended": at + 48, "error": error if state == "failed" else None, "wishes": {}}
        )

    def start(self, wishes: made.Json) -> made.Json:
        run = {
            "run_id": len(self.all) + 1,
            "state": "running",
            "version": None,
            "verdict": None,
            "error": None,
        }
        self.all.append({**run, "at": time.time(), "ended": None, "wishes": wishes})
        return self.all[-1]

    def advance(self, run: made.Json) -> None:
        """Let a run end when its time is over."""
        if run["state"] != "running" or time.time() - run["at"] < self.train_s:
            return
        version = f"20261121-120000-{run['run_id']:04x}"
        self.models.classes = self.models.classes or list(self.classes)
        self.models.register(version, time.time())
        verdict = self.models.versions[0]["verdict"]
        run |= {"state": "completed", "ended": time.time(), "version": version, "verdict": verdict}

    def view(self, run: made.Json, *, full: bool) -> made.Json:
        self.advance(run)
        elapsed = (run["ended"] or time.time()) - run["at"]
        done = min(1.0, elapsed / self.train_s) if run["state"] == "running" else 1.0
        history = made.epochs(int(EPOCHS * done))
        phase = PHASES[min(len(PHASES) - 1, int(done * len(PHASES)))]
        log = [
            f"12:00:{i:02d} epoch {e['epoch']} val_accuracy {e['val_accuracy']:.4f}"
            for i, e in enumerate(history)
        ]
        more = {"history": history, "log": log} if full else {}
        return {
            **{key: run[key] for key in ("run_id", "state", "version", "verdict", "error")},
            **{"task": "cats-vs-dogs", "kind": "train", "preset": run["wishes"].get("preset", "fast")},
            **{"phase": phase, "progress": done, "epoch": len(history), "epochs": EPOCHS},
            **{"elapsed_s": elapsed, "eta_s": self.train_s - elapsed if run["state"] == "running" else None},
            **{
                "metrics": history[-1] if history else {},
                "weights": "imagenet file mobilenet_v2.h5",
                "result": {},
            },
            **{"created_at": made.iso(run["at"]), "started_at": made.iso(run["at"])},
            **{"ended_at": made.iso(run["ended"]) if run["ended"] else None, "stop_requested": False},
            **{"request": run["wishes"]},
            **more,
        }

    def active(self) -> made.Json | None:
        for run in self.all:
            view = self.view(run, full=False)
            if view["state"] == "running":
                return {key: view[key] for key in ("run_id", "state", "phase", "progress", "task")}
        return None

    def add_routes(self, app: Flask, problem: Callable[..., Any]) -> None:
        """Add what the API offers about training."""

        @app.post("/train")
        def train() -> Any:
            active = self.active()
            if active:
                detail = f"Training run {active['run_id']} is in progress; wait for it or stop it first."
                return problem(409, "run_in_progress", detail, run_id=active["run_id"])
            run = self.start(request.get_json())
            return {"run_id": run["run_id"], "task": "cats-vs-dogs", "kind": "train", "state": "queued"}, 202

        @app.post("/training/stop")
        def stop() -> Any:
            active = self.active()
            if not active:
                return problem(409, "conflict", "No training run is in progress.")
            self.all[active["run_id"] - 1] |= {"state": "stopped", "ended": time.time()}
            return {"run_id": active["run_id"], "state": "running"}, 202

        @app.get("/training-status")
        def training_status() -> Any:
            if not self.all or request.args.get("task", "cats-vs-dogs") != "cats-vs-dogs":
                return {"state": "idle"}
            number = int(request.args.get("run_id", len(self.all)))
            return self.view(self.all[number - 1], full=True)

        @app.get("/runs")
        def runs() -> Any:
            return {"runs": [self.view(run, full=False) for run in reversed(self.all)]}
