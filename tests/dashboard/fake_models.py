"""The model half of the fake API: versions, champion, reports, predictions."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from flask import Flask, Response, request

from lenswright.evaluation.gate import GateLimits, judge
from lenswright.evaluation.report import evaluate
from tests.dashboard import fake_data as made

ACCEPT, UNKNOWN = 0.8, 0.45


def measured(report: made.Json, seed: int) -> made.Json:
    """Return `report` with what newer reports tell, of photos numbered 1 and up."""
    classes, chance = report["classes"], np.random.default_rng(seed)
    labels = np.arange(240 * 2 if len(classes) == 2 else 13 * len(classes)) % len(classes)
    logits = chance.normal(size=(len(labels), len(classes)))
    logits[np.arange(len(labels)), labels] += 1.7 + np.log(len(classes)) / 2
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    photos = range(1, len(labels) + 1)
    full = evaluate(
        probabilities, labels, classes, photo_ids=photos, temperature=1.7,
        sources=["upload" if photo % 3 else "phone" for photo in photos],
        groups=[photo // 2 for photo in photos],
        statuses=["accepted" if row.max() > 0.7 else "uncertain" for row in probabilities],
    ).to_json()  # fmt: skip
    return {
        **full,
        **report,
        "metrics": full["metrics"] | report["metrics"],
        "misclassified": full["misclassified"],
    }


def numbers(promoted: bool) -> made.Json:
    """Return what a verdict rests on."""
    labels = np.arange(480) % 2
    candidate, champion = labels.copy(), labels.copy()
    candidate[: 17 if promoted else 90] ^= 1
    champion[10:39] ^= 1
    return judge(
        labels=labels, candidate=candidate, champion=champion, candidate_version="new",
        champion_version="old", classes=["cat", "dog"], latency_ms=21.4, size_bytes=8_912_345,
        limits=GateLimits(250, 500_000_000),
    ).numbers  # fmt: skip


class FakeModels:
    """Versions of one task; the newest registered comes first."""

    def __init__(self, classes: list[str], at: float) -> None:
        self.classes, self.versions, self.champions = list(classes), [], []  # type: ignore[var-annotated]
        self.changes: list[made.Json] = []
        self.exported: list[tuple[str, list[str]]] = []
        if classes:
            self.register("20261119-101500-1a2b", at - 180_000, origin="bundled")
            self.register("20261120-184210-77c0", at - 40_000, promoted=False)
            self.register("20261121-040312-9f3e", at)

    def register(self, version: str, at: float, *, origin: str = "trained", promoted: bool = True) -> None:
        report = made.report(self.classes, seed=len(self.versions))
        if origin != "bundled":  # the bundled one is of an older version, whose reports told less
            report = measured(report, seed=len(self.versions))
        reason = "Promoted: right on 463 of 480 test photos, the champion on 451: not worse (p = 0.08)."
        if not promoted:
            reason = "Not promoted: recall of 'dog' fell from 94 % to 61 %. The champion stays."
        self.versions.insert(
            0,
            {
                **{"version": version, "task": "cats-vs-dogs", "created_at": made.iso(at), "origin": origin},
                **{"run_id": None if origin == "bundled" else len(self.versions), "backbone": "mobilenet_v2"},
                **{"preset": "scratch" if origin == "bundled" else "fast", "size_bytes": 8_912_345},
                **{"weights": "none" if origin == "bundled" else "imagenet file mobilenet_v2.h5"},
                **{"input": {"size_px": 224, "framing": "crop"}, "metrics": report["metrics"]},
                "classes": list(self.classes),
                "verdict": None
                if origin == "bundled"
                else {"promote": promoted, "reason": reason, "numbers": numbers(promoted)},
                "report": report,
            },
        )
        if promoted:
            self.promote(version, reason if origin != "bundled" else "The first model found.", at)

    def found(self, version: str) -> made.Json:
        return next(v for v in self.versions if v["version"] == version)

    def promote(self, version: str, reason: str, at: float, *, overridden: bool = False) -> made.Json:
        change = {"task": "cats-vs-dogs", "version": version, "previous": self.champion, "at": made.iso(at)}
        self.changes.insert(0, {**change, "reason": reason, "by": "api", "overridden": overridden})
        self.champions.append(version)
        return change

    def serving(self) -> made.Json | None:
        return next((self.card(v) for v in self.versions if v["version"] == self.champion), None)

    @property
    def champion(self) -> str | None:
        return self.champions[-1] if self.champions else None

    def card(self, version: made.Json) -> made.Json:
        shown = {key: value for key, value in version.items() if key != "report"}
        return {**shown, "serving": version["version"] == self.champion}

    def predict(self, data: bytes) -> made.Json:
        """Return an answer that depends on the bytes only."""
        share = 0.4 + 0.6 * (hashlib.sha256(data).digest()[0] / 255)
        rest = [(1 - share) * 0.55 ** (i + 1) for i in range(len(self.classes) - 1)]
        rest = [value * (1 - share) / (sum(rest) or 1) for value in rest]
        probabilities = dict(zip(self.classes, [share, *rest], strict=False))
        status = "accepted" if share > ACCEPT else "unknown" if share < UNKNOWN else "uncertain"
        return {
            **{"predicted_class": self.classes[0], "confidence": share, "prediction_time": 0.0123},
            **{"timestamp": made.iso(time.time()), "probabilities": probabilities, "status": status},
            **{"model_version": self.champion, "task": "cats-vs-dogs", "request_id": "r-1"},
            "timing_ms": {"decode": 1.2, "inference": 3.9, "total": 5.6},
        }

    def add_routes(self, app: Flask, problem: Callable[..., Any]) -> None:
        """Add what the API offers about models."""

        @app.get("/models")
        def models() -> Any:
            cards = [self.card(v) for v in self.versions]
            return {"task": "cats-vs-dogs", "champion": self.champion, "models": cards}

        @app.get("/models/<version>")
        def model(version: str) -> Any:
            names = ("model.onnx", "model.keras", "report.json", "MODEL_CARD.md", "manifest.json")
            files = [{"name": name, "sha256": hashlib.sha256(name.encode()).hexdigest()} for name in names]
            return {
                **self.card(self.found(version)),
                "manifest": {},
                "files": files,
                "history": self.changes,
            }

        @app.get("/models/<version>/report")
        def report(version: str) -> Any:
            return self.found(version)["report"]

        self._add_more_routes(app, problem)

    def _add_more_routes(self, app: Flask, problem: Callable[..., Any]) -> None:
        @app.get("/models/<version>/files/<name>")
        def file(version: str, name: str) -> Any:
            disposition = {"Content-Disposition": f"attachment; filename={name}"}
            return Response(f"{version}/{name}", content_type="application/octet-stream", headers=disposition)

        @app.post("/models/<version>/promote")
        def promote(version: str) -> Any:
            verdict, wish = self.found(version)["verdict"], request.get_json()
            refused = verdict is not None and not verdict["promote"]
            if refused and not wish.get("override"):
                return problem(409, "gate_refused", verdict["reason"])
            return self.promote(version, wish["reason"], time.time(), overridden=refused)

        @app.post("/models/<version>/export")
        def export(version: str) -> Any:
            formats = request.get_json()["formats"]
            self.exported.append((version, formats))
            return {"run_id": 99, "task": "cats-vs-dogs", "kind": "export", "state": "queued"}, 202

        @app.post("/models/rollback")
        def rollback() -> Any:
            if len(self.champions) < 2:
                return problem(409, "conflict", "There is no earlier champion to return to.")
            previous = self.champions.pop()
            change = {"version": self.champion, "previous": previous, "at": made.iso(time.time())}
            self.changes.insert(0, {**change, "reason": f"Rolled back from {previous}.", "by": "rollback"})
            return {"task": "cats-vs-dogs", "version": self.champion, "previous": previous}
