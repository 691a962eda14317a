"""A small stand-in for the API: its shapes, made-up answers, in a thread; can be stopped and started.

By hand: `python -m tests.dashboard.fake_api --port 5900 --classes 120 --photos 10000`.
"""

import argparse
import hashlib
import threading
import time
from collections import Counter
from typing import Any

from flask import Flask, request
from werkzeug.serving import make_server

from tests.dashboard import fake_data as made
from tests.dashboard import fake_photo_routes
from tests.dashboard.fake_checks import FakeChecks
from tests.dashboard.fake_data import problem
from tests.dashboard.fake_drift import made_drift
from tests.dashboard.fake_edits import KEPT, FakePhotos
from tests.dashboard.fake_exchange import FakeExchange
from tests.dashboard.fake_instances import instances as made_instances
from tests.dashboard.fake_models import FakeModels
from tests.dashboard.fake_runs import FakeRuns


class FakeApi:
    """What the API would know; `url` is where it answers once started."""

    def __init__(
        self,
        classes: int = 2,
        photos: int = 1204,
        *,
        model: bool = True,
        traffic: bool = True,
        train_s: float = 8,
        instances: int = 1,
    ) -> None:
        self.instances = instances
        self.classes, self.started_at, self.traffic = made.class_names(classes), time.time() - 11_500, traffic
        self.kept = FakePhotos(self.started_at)
        self.photos = self.kept.all
        self.hashes: dict[str, int] = {}
        for i in range(photos):
            # lopsided on purpose: the first classes have more photos
            self.add(f"photo-{i:05d}.jpg", self.classes[(i * i) % (i % classes + 1)], 21_000)
        self.models = FakeModels(self.classes if model else [], self.started_at)
        self.runs = FakeRuns(train_s, self.models, self.classes, lambda: self.counts()["labelled"])
        self.checks = FakeChecks(self.kept, self.classes, self.runs)
        self.exchange = FakeExchange(self.kept)
        self.requests: list[str] = []
        self.delay_s, self.key = 0.0, ""  # where a key is set, nobody may do anything without it
        self.port, self._server = 0, None  # type: ignore[var-annotated]
        self.app = routes(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "FakeApi":
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def add(self, filename: str, label: str | None, n_bytes: int, source: str = "upload") -> made.Json:
        photo = self.kept.add(filename, label, n_bytes, source)
        if label and label not in self.classes:
            self.classes.append(label)
        return photo

    def take(self, filename: str, data: bytes, label: str | None, source: str) -> made.Json:
        """Store, recognise or refuse one uploaded file."""
        result: made.Json = {"filename": filename, "label": label, "id": None, "path": None, "split": None}
        result |= {"duplicate_of": None, "code": None, "reason": None}
        if not data.startswith((b"\xff\xd8", b"\x89PNG")):
            reason = "Expected JPEG, PNG, WebP, GIF, BMP or TIFF. Received: bytes of another kind."
            return result | {"outcome": "refused", "code": "unsupported_image", "reason": reason}
        digest = hashlib.sha256(data).hexdigest()
        if digest in self.hashes:
            return result | {"outcome": "duplicate", "duplicate_of": self.hashes[digest]}
        photo = self.add(filename, label, len(data), source)
        self.hashes[digest] = photo["id"]
        return result | {
            "outcome": "stored",
            "id": photo["id"],
            "path": photo["path"],
            "split": photo["split"],
        }

    def counts(self) -> made.Json:
        labelled = [p for p in self.kept.present() if p["label"]]
        return {
            "total": len(self.kept.present()),
            "labelled": len(labelled),
            "classes": len({p["label"] for p in labelled}),
        }

    def dataset(self) -> made.Json:
        rows = {c: dict.fromkeys(("train", "validation", "test", "unused"), 0) for c in self.classes}
        here = self.kept.present()
        for photo in (photo for photo in here if photo["label"]):
            rows.setdefault(photo["label"], dict.fromkeys(("train", "validation", "test", "unused"), 0))
            rows[photo["label"]][photo["split"]] += 1
        classes = [
            {"label": c, **row, "total": sum(row.values())} for c, row in rows.items() if any(row.values())
        ]
        few = [c["label"] for c in classes if c["total"] < 5]
        problems = (
            [{"code": "too_few_photos", "message": f"{', '.join(few)}: fewer than 5 photos."}] if few else []
        )
        return {
            **{"task": "cats-vs-dogs", "tasks": ["cats-vs-dogs", "dog-breeds"], "classes": classes},
            **{"total": len(here), "labelled": sum(c["total"] for c in classes), "problems": problems},
            **{
                "unlabelled": sum(p["label"] is None for p in here),
                "sources": dict(Counter(p["source"] for p in here)),
            },
            "splits": {s: sum(c[s] for c in classes) for s in ("train", "validation", "test")},
            "size_bytes": sum(p["size_bytes"] for p in here),
            "since_champion": {"new": 31, "relabelled": 4, "removed": 0} if here else None,
            "to_review": len(self.checks.queue()),
        }

    def status(self, task: str) -> made.Json:
        champion, now = self.models.serving(), time.time()
        known = task == "cats-vs-dogs"
        window = made.window(self.classes, 12_345, now) if self.traffic else made.quiet_window()
        model = {**champion, "promoted_at": champion["created_at"]} if champion and known else None
        serving = model and model["version"]
        return {
            **made_instances(self.instances, self.port, self.started_at, serving, window),
            **{
                "status": "ok" if model else "no_model",
                "task": task,
                "tasks": ["cats-vs-dogs", "dog-breeds"],
            },
            **{"version": "0.1.0", "uptime_s": now - self.started_at, "model": model, "model_problem": None},
            "instance": {
                "id": "a",
                "host": "127.0.0.1",
                "port": self.port,
                "pid": 1,
                "started_at": made.iso(self.started_at),
            },
            **{"model_version": model and model["version"], "metrics": model and model["metrics"]},
            **{"requests": window, "training": self.runs.active()},
            "drift": made_drift(self.classes, task, serving, self.traffic),
            "dataset": self.counts() if known else {"total": 0, "labelled": 0, "classes": 0},
            "confusion_matrix": {"classes": self.classes, "counts": [[1]]},
        }


def routes(api: FakeApi) -> Flask:
    """Return the Flask app over what `api` knows."""
    app = Flask("fake_api")

    @app.before_request
    def note() -> Any:
        api.requests.append(f"{request.method} {request.path}")
        time.sleep(api.delay_s)
        if api.key and request.headers.get("Authorization") != f"Bearer {api.key}":
            return problem(401, "invalid_key", "Expected a valid API key. Received: another.")
        return None

    @app.get("/status")
    def status() -> Any:
        return api.status(request.args.get("task") or "cats-vs-dogs")

    data_routes(api, app)
    fake_photo_routes.add_routes(api.kept, app)
    api.checks.add_routes(app)
    api.exchange.add_routes(app)
    intake_routes(api, app)
    api.models.add_routes(app, problem)
    api.runs.add_routes(app, problem)
    return app


def data_routes(api: FakeApi, app: Flask) -> None:
    """Add what the API offers about photos."""

    @app.get("/dataset")
    def dataset() -> Any:
        if request.args.get("task", "cats-vs-dogs") != "cats-vs-dogs":
            return FakeApi(classes=2, photos=0).dataset()
        return api.dataset()


def intake_routes(api: FakeApi, app: Flask) -> None:
    """Add what the API does with a photo."""

    @app.post("/upload-data")
    def upload() -> Any:
        files = request.files.getlist("files[]")
        label, source = request.form.get("label"), request.form.get("source", "upload")
        results = [api.take(f.filename or "", f.read(), label, source) for f in files]
        batch = note_batch(api, results, source)
        totals = {f: sum(r["outcome"] == o for r in results) for f, o in OUTCOMES.items()}
        body = {"task": "cats-vs-dogs", **totals, "batch": batch, "results": results, "dataset": api.counts()}
        if totals["refused"] == len(results):
            return problem(422, "unusable_input", "None of the files could be stored.", results=results)
        return body, 201 if totals["stored"] else 200

    @app.post("/predict")
    def predict() -> Any:
        data = request.files["image"].read()
        if not data.startswith((b"\xff\xd8", b"\x89PNG")):
            return problem(
                415, "unsupported_image", "Expected JPEG, PNG, WebP. Received: bytes of another kind."
            )
        answer = api.models.predict(data)
        if request.args.get("explain") == "true":
            answer["explanation"] = made.explanation(data, answer["predicted_class"])
        return answer


def note_batch(api: FakeApi, results: list[made.Json], source: str) -> int:
    """Write down what came of an upload; returns its number."""
    edit = api.kept.begin("upload", source=source)
    for result in results:
        photo = api.kept.of(result["id"]) if result["id"] else None
        said = {key: result[key] for key in ("filename", "code", "reason")}
        entry = api.kept.note(edit, result["outcome"], photo, **said)
        if photo:
            photo["batch"] = edit["id"]
            now = {key: photo[key] for key in KEPT}
            entry |= {"after": now, "before": {**now, "deleted_at": made.iso(made.now())}}
    return int(edit["id"])


OUTCOMES = {"stored": "stored", "duplicates": "duplicate", "refused": "refused"}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5900)
    parser.add_argument("--classes", type=int, default=2)
    parser.add_argument("--photos", type=int, default=1204)
    parser.add_argument("--empty", action="store_true", help="no photos, no model, no traffic")
    parser.add_argument("--train-s", type=float, default=30)
    wishes = parser.parse_args()
    full = not wishes.empty
    photos = wishes.photos if full else 0
    api = FakeApi(wishes.classes, photos, model=full, traffic=full, train_s=wishes.train_s)
    api.port = wishes.port
    api.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
