"""The training half of the fake API: a run that passes through its phases in a few seconds.

What a run may be asked to do, and how a wrong wish is refused, is the real thing: `TrainingRequest`.
"""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, request

from lenswright.errors import InputRefused
from lenswright.runs.options import training_options
from lenswright.runs.request import TrainingRequest
from tests.dashboard import fake_data as made
from tests.dashboard.fake_models import FakeModels
from tests.dashboard.fake_results import leaderboard, trials

FAST = (
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
PHASES = {
    "fast": FAST,
    "best": (*FAST[:4], "fine-tuning", "fine-tuning", "new features", "refitting", *FAST[-3:]),
    "scratch": ("starting", "backbone", "backbone", "backbone", "features", *FAST[-4:]),
    "tune": ("starting", "features", "tuning", "tuning", "tuning"),
    "compare": ("starting", "features", "fitting", "comparing"),
    "export": ("exporting",),
    "check": ("starting", "features", "label errors", "advice"),
}
EPOCHS = 24
REASON = "Promoted: right on 463 of 480 test photos, the champion on 451: not worse (p = 0.08)."
REFUSAL = "Not promoted: recall of 'dog' fell from 94 % to 61 %. The champion stays."
DIED = "The trainer ended without a word (exit code -9). Last lines: features 3,200 of 7,996."
SHOWN = ("run_id", "state", "version", "verdict", "error", "result", "stop_requested")


class FakeRuns:
    """Runs of one machine; each lasts `train_s` and ends with what its kind comes to."""

    def __init__(
        self, train_s: float, models: FakeModels, classes: list[str], photos: Callable[[], int]
    ) -> None:
        self.train_s, self.models, self.classes, self.photos = train_s, models, classes, photos
        self.all: list[made.Json] = []
        self.refusal = ""  # what the next start is refused with
        if models.classes:
            self._old("completed", 95_000, "20261120-184210-77c0", promote=False)
            self._old("failed", 60_000, None, promote=None)
            self._old("completed", 11_500, "20261121-040312-9f3e", promote=True)

    def _old(self, state: str, age_s: float, version: str | None, *, promote: bool | None) -> None:
        at = time.time() - age_s
        reason = REASON if promote else REFUSAL
        verdict = None if promote is None else {"promote": promote, "reason": reason, "numbers": {}}
        run = self.start({}) | {"state": state, "version": version, "verdict": verdict, "at": at}
        self.all[-1] = run | {"ended": at + 48, "error": DIED if state == "failed" else None}

    def start(self, wishes: made.Json) -> made.Json:
        run = dict.fromkeys(("version", "verdict", "error", "ended"))
        run |= {"run_id": len(self.all) + 1, "state": "running", "result": {}, "stop_requested": False}
        self.all.append({**run, "at": time.time(), "wishes": wishes})
        return self.all[-1]

    def end(self, run: made.Json, state: str, **more: Any) -> None:
        """Let a run end at once, stopped or failed."""
        run |= {"state": state, "ended": time.time(), **more}

    def advance(self, run: made.Json) -> None:
        """Let a run end when its time is over."""
        if run["state"] != "running" or time.time() - run["at"] < self.train_s:
            return
        self.end(run, "completed")
        wishes = run["wishes"]
        if wishes.get("kind") == "tune":
            run["result"] = trials(wishes.get("trials", 20))
        elif wishes.get("kind") == "check":
            run["result"] = {"photos": self.photos(), "suggestions": 9, "regrouped": {"groups": 2}}
        elif wishes.get("kind") == "compare":
            asked = wishes["configurations"]
            versions = [
                None if c.get("backbone") == "vgg16" else self._version(run, i) for i, c in enumerate(asked)
            ]
            run["result"] = leaderboard(asked, versions, top5=len(self.classes) > 5)
        else:
            run |= {"version": self._version(run, 0), "verdict": self.models.versions[0]["verdict"]}

    def _version(self, run: made.Json, i: int) -> str:
        version = f"20261121-12000{i}-{run['run_id']:04x}"
        self.models.classes = self.models.classes or list(self.classes)
        self.models.register(version, time.time(), promoted=run["wishes"].get("kind") != "compare")
        return version

    def view(self, run: made.Json, *, full: bool) -> made.Json:
        self.advance(run)
        wishes = run["wishes"]
        kind, preset = wishes.get("kind", "train"), wishes.get("preset", "fast")
        elapsed = (run["ended"] or time.time()) - run["at"]
        done = min(1.0, elapsed / self.train_s) if run["state"] != "completed" else 1.0
        history = made.epochs(int(EPOCHS * done)) if kind == "train" else []
        phases = PHASES[preset if kind == "train" else kind]
        log = [
            f"12:00:{i:02d} epoch {e['epoch']} val_accuracy {e['val_accuracy']:.4f}"
            for i, e in enumerate(history)
        ]
        return {
            **{key: run[key] for key in SHOWN},
            **{"task": "cats-vs-dogs", "kind": kind, "preset": preset, "request": wishes},
            **{"phase": phases[min(len(phases) - 1, int(done * len(phases)))], "progress": done},
            **{"epoch": len(history), "epochs": EPOCHS, "weights": "imagenet file mobilenet_v2.h5"},
            **{"elapsed_s": elapsed, "eta_s": self.train_s - elapsed if run["state"] == "running" else None},
            **{"created_at": made.iso(run["at"]), "started_at": made.iso(run["at"])},
            **{"ended_at": made.iso(run["ended"]) if run["ended"] else None},
            "metrics": history[-1] if history else {},
            **({"history": history, "log": log} if full else {}),
        }

    def active(self) -> made.Json | None:
        for run in self.all:
            view = self.view(run, full=False)
            if view["state"] == "running":
                return {
                    key: view[key]
                    for key in ("run_id", "state", "phase", "progress", "task", "eta_s", "kind")
                }
        return None

    def add_routes(self, app: Flask, problem: Callable[..., Any]) -> None:
        """Add what the API offers about training."""
        self._add_starts(app, problem)

        @app.post("/training/stop")
        def stop() -> Any:
            active = self.active()
            if not active:
                return problem(409, "conflict", "No training run is in progress.")
            self.end(self.all[active["run_id"] - 1], "stopped")
            return {"run_id": active["run_id"], "state": "running"}, 202

        @app.get("/training/options")
        def options() -> Any:
            return training_options("cats-vs-dogs", self.photos(), ())

        @app.get("/training-status")
        def training_status() -> Any:
            if not self.all or request.args.get("task", "cats-vs-dogs") != "cats-vs-dogs":
                return {"state": "idle"}
            number = int(request.args.get("run_id", len(self.all)))
            if not 0 < number <= len(self.all):
                return problem(404, "not_found", f"There is no run '{number}'.")
            return self.view(self.all[number - 1], full=True)

        @app.get("/runs")
        def runs() -> Any:
            return {"runs": [self.view(run, full=False) for run in reversed(self.all)]}

    def _add_starts(self, app: Flask, problem: Callable[..., Any]) -> None:
        def submit(wishes: made.Json, kind: str) -> Any:
            try:
                TrainingRequest.from_json(wishes | {"kind": kind})
                if self.refusal:
                    raise InputRefused(self.refusal)
            except InputRefused as exc:
                return problem(422, exc.code, str(exc))
            active = self.active()
            if active:
                detail = f"Training run {active['run_id']} is in progress; wait for it or stop it first."
                return problem(409, "run_in_progress", detail, run_id=active["run_id"])
            run = self.start(wishes if kind == "train" else wishes | {"kind": kind})
            return {"run_id": run["run_id"], "task": "cats-vs-dogs", "kind": kind, "state": "queued"}, 202

        for kind in ("train", "tune", "compare"):
            app.add_url_rule(
                f"/{kind}", kind, lambda kind=kind: submit(request.get_json(), kind), methods=["POST"]
            )

        @app.post("/retrain")
        def retrain() -> Any:
            kept = ("files", "labels", "allow_new_labels")
            return submit({k: v for k, v in request.get_json().items() if k not in kept}, "train")

        @app.post("/runs/<int:number>/resume")
        def resume(number: int) -> Any:
            if not 0 < number <= len(self.all):
                return problem(404, "not_found", f"There is no run '{number}'.")
            run = self.all[number - 1]
            if run["state"] not in ("failed", "stopped"):
                return problem(409, "conflict", f"Run {number} is {run['state']}; nothing is left to do.")
            kind = run["wishes"].get("kind", "train")
            root = run["wishes"].get("resume_run", number)
            return submit({**run["wishes"], "resume_run": root}, kind)
