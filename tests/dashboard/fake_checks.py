"""What the fake API found out about the photos: doubtful labels, groups, advice, distribution, the review."""

import random
from typing import Any

from flask import Flask, request

from tests.dashboard import fake_data as made
from tests.dashboard.fake_data import problem
from tests.dashboard.fake_edits import FakePhotos, paged
from tests.dashboard.fake_runs import FakeRuns

KINDS = ("feedback", "unsure", "unknown", "label_error")


class FakeChecks:
    """`checked_at` is None until a check was made; every seventh photo has a doubtful label."""

    def __init__(self, photos: FakePhotos, classes: list[str], runs: FakeRuns) -> None:
        self.photos, self.classes, self.runs = photos, classes, runs
        self.checked_at: str | None = made.iso(made.now() - 7200) if photos.all else None
        self.given = {p["id"]: p["label"] for p in photos.all}
        self.decided: set[str] = set()

    def other(self, label: str | None) -> str:
        """Return the class that follows `label`."""
        at = self.classes.index(label) if label in self.classes else 0
        return self.classes[(at + 1) % len(self.classes)]

    def suggestions(self) -> list[made.Json]:
        """Return the doubtful labels that nobody has decided about."""
        if self.checked_at is None:
            return []
        open_still = [
            p
            for p in self.photos.present()
            if p["id"] % 7 == 3
            and p["label"]
            and self.given.get(p["id"]) == p["label"]
            and not p["confirmed"]
        ]
        return [self._suggestion(p) for p in open_still]

    def _suggestion(self, photo: made.Json) -> made.Json:
        low = random.Random(photo["id"]).random() * 0.3
        suggested = {"photo": photo, "given": photo["label"], "suggested": self.other(photo["label"])}
        return suggested | {"self_confidence": low, "confidence": 1 - 1.2 * low, "score": 1 - low}

    def groups(self) -> list[made.Json]:
        """Return the pairs of near-duplicates."""
        by_group: dict[int, list[made.Json]] = {}
        for photo in self.photos.present():
            if photo["id"] % 10 < 2:
                by_group.setdefault(photo["group"], []).append(photo)
        return [
            {
                **{"group": group, "photos": photos, "labels": sorted({p["label"] or "" for p in photos})},
                "straddles": len({p["split"] for p in photos}) > 1,
            }
            for group, photos in by_group.items()
            if len(photos) > 1
        ]

    def conflicts(self) -> list[made.Json]:
        """Return the photos that came in twice with two labels."""
        rows = [
            p for p in self.photos.present() if p["id"] % 23 == 5 and self.given.get(p["id"]) == p["label"]
        ]
        return [
            {
                **{"photo": p, "other_label": self.other(p["label"]), "filename": f"again-{p['filename']}"},
                **{"batch": 1, "at": made.iso(made.now() - 5000)},
            }
            for p in rows
            if not p["confirmed"] and p["label"]
        ]

    def queue(self) -> list[made.Json]:
        """Return what waits to be reviewed."""
        items = []
        for photo in self.photos.all[:40:3]:
            kind = KINDS[photo["id"] % 4]
            number = f"s{photo['id']}" if kind == "label_error" else photo["id"]
            if str(number) in self.decided or photo["deleted_at"]:
                continue
            item = {"id": number, "kind": kind, "photo": photo, "predicted_class": photo["label"]}
            item |= {"confidence": 0.56, "given": photo["label"], "score": 0.4, "suggested": None}
            if kind in ("feedback", "label_error"):
                item["suggested"] = self.other(photo["label"])
            items.append(item | {"created_at": made.iso(made.now() - 4000)})
        return sorted(items, key=lambda item: item["kind"] != "feedback")

    def add_routes(self, app: Flask) -> None:
        """Add what a check leads to."""
        self._lists(app)
        self._review(app)

        @app.post("/dataset/check")
        def check() -> Any:
            run = self.runs.start({"kind": "check"})
            self.checked_at, self.given = made.iso(made.now()), {p["id"]: p["label"] for p in self.photos.all}
            return {"run_id": run["run_id"], "task": "cats-vs-dogs", "kind": "check", "state": "queued"}, 202

        @app.get("/dataset/advice")
        def advice() -> Any:
            if self.checked_at is None:
                return problem(404, "not_found", "The data of this task were never checked.")
            return made.advice(self.classes, len(self.photos.present())) | {"checked_at": self.checked_at}

        @app.get("/dataset/distribution")
        def distribution() -> Any:
            return made.distribution(self.photos.present())

    def _lists(self, app: Flask) -> None:
        @app.get("/dataset/suggestions")
        def suggestions() -> Any:
            found = paged(self.suggestions(), "suggestions", request.args)
            return found | {"checked_at": self.checked_at, "run_id": 3}

        @app.get("/dataset/duplicates")
        def duplicates() -> Any:
            groups = self.groups()
            if request.args.get("conflicting") == "true":
                groups = [group for group in groups if len(group["labels"]) > 1]
            return paged(groups, "groups", request.args)

        @app.get("/dataset/conflicts")
        def conflicts() -> Any:
            return paged(self.conflicts(), "conflicts", request.args)

    def _review(self, app: Flask) -> None:
        @app.get("/review")
        def review() -> Any:
            kind = request.args.get("kind")
            return paged([i for i in self.queue() if kind in (None, i["kind"])], "items", request.args)

        @app.post("/review/<item>")
        def decide(item: str) -> Any:
            asked, number = request.get_json(), int(item.removeprefix("s"))
            self.decided.add(item)
            if "label" in asked:
                return self.photos.change("review", [number], "relabelled", {"label": asked["label"]})
            if asked.get("drop"):
                return self.photos.change("review", [number], "deleted", {"deleted_at": made.iso(made.now())})
            return self.photos.change("review", [number], "confirmed", {"confirmed": True})
