"""The photos of the fake API and what was done to them: every change is an edit that can be taken back."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.dashboard import fake_data as made

SPLITS = ("train", "train", "train", "train", "validation", "test")
OUTCOMES = {"delete": "deleted", "restore": "restored", "confirm": "confirmed", "forget": "forgotten"}
KEPT = ("label", "split", "deleted_at", "confirmed")
Skipped = list[made.Json]


class FakePhotos:
    """Photos of one task, in memory; `edits` is newest last."""

    def __init__(self, started_at: float) -> None:
        self.started_at = started_at
        self.all: list[made.Json] = []
        self.edits: list[made.Json] = []

    def add(self, filename: str, label: str | None, n_bytes: int, source: str = "upload") -> made.Json:
        number = len(self.all) + 1
        split = random.Random(number).choice(SPLITS) if label else None
        problems = ["blurred"] if number % 29 == 0 else ["dark"] if number % 37 == 0 else []
        photo = {
            **{"id": number, "path": f"uploads/ab/{number:08x}.jpg", "filename": filename, "label": label},
            **{"split": split, "width": 486, "height": 374, "size_bytes": n_bytes},
            **{"uploaded_at": made.iso(self.started_at + number), "url": f"/dataset/images/{number}"},
            **{"thumbnail_url": f"/dataset/images/{number}/thumbnail", "source": source, "batch": None},
            **{"group": number - number % 2, "problems": problems, "confirmed": False, "deleted_at": None},
        }
        self.all.append(photo)
        return photo

    def of(self, number: int) -> made.Json:
        return self.all[number - 1]

    def present(self) -> list[made.Json]:
        return [p for p in self.all if p["deleted_at"] is None]

    def begin(self, action: str, **more: Any) -> made.Json:
        number = len(self.edits) + 1
        edit = {
            "id": number,
            "task": "cats-vs-dogs",
            "action": action,
            "by": "anybody",
            "at": made.iso(time.time()),
        }
        edit |= {"ended_at": made.iso(time.time()), "source": None, "detail": {}, "undoes": None}
        self.edits.append(edit | {"undone_by": None, "entries": [], **more})
        return self.edits[-1]

    def note(self, edit: made.Json, outcome: str, photo: made.Json | None = None, **more: Any) -> made.Json:
        entry = dict.fromkeys(("photo_id", "filename", "label_before", "label_after", "split_before"))
        entry |= {"split_after": None, "code": None, "reason": None, "outcome": outcome}
        if photo:
            entry |= {"photo_id": photo["id"], "filename": photo["filename"]}
            entry |= {f"{k}_{when}": photo[k] for k in ("label", "split") for when in ("before", "after")}
        edit["entries"].append(entry | more)
        return edit["entries"][-1]

    def change(self, action: str, numbers: list[int], outcome: str, new: made.Json) -> made.Json:
        """Change photos in one edit; those that are so already are left out."""
        changing = [self.of(n) for n in numbers if any(self.of(n)[k] != v for k, v in new.items())]
        edit = self.begin(action)
        for photo in changing:
            before = {key: photo[key] for key in KEPT}
            photo.update(new)
            if photo["label"] and not photo["split"]:
                photo["split"] = "train"
            words = {"label_before": before["label"], "split_before": before["split"]}
            entry = self.note(edit, outcome, photo, **words)
            entry["before"], entry["after"] = before, {key: photo[key] for key in KEPT}
        return {"edit": edit["id"], "changed": len(changing)}

    def undo(self, number: int) -> made.Json:
        edit, back = self.edits[number - 1], self.begin("undo", undoes=number)
        edit["undone_by"], skipped, changed = back["id"], [], 0
        for entry in edit["entries"]:
            if "before" not in entry:
                continue
            photo = self.of(entry["photo_id"])
            if any(photo[key] != entry["after"][key] for key in KEPT):
                skipped.append({"photo_id": photo["id"], "reason": "It was changed since."})
                continue
            now = {key: photo[key] for key in KEPT}
            photo.update(entry["before"])
            undone = self.note(back, "relabelled", photo, label_before=now["label"])
            undone["before"], undone["after"] = now, {key: photo[key] for key in KEPT}
            changed += 1
        return {"edit": back["id"], "changed": changed, "skipped": skipped}

    def view(self, edit: made.Json) -> made.Json:
        shown = {key: value for key, value in edit.items() if key != "entries"}
        return shown | {"counts": dict(Counter(entry["outcome"] for entry in edit["entries"]))}


def paged(rows: list[Any], name: str, args: Any, write: Callable[[Any], Any] = lambda row: row) -> made.Json:
    """Return the page of `rows` that a request asks for."""
    page, size = int(args.get("page", 1)), int(args.get("page_size", 50))
    shown = [write(row) for row in rows[(page - 1) * size : page * size]]
    return {"page": page, "page_size": size, "total": len(rows), name: shown}
