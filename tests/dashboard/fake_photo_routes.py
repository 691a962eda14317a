"""What the fake API answers about photos and edits: lists, details, changes, undo."""

from typing import Any

from flask import Flask, Response, request

from tests.dashboard import fake_data as made
from tests.dashboard.fake_data import problem
from tests.dashboard.fake_edits import OUTCOMES, FakePhotos, paged

EQUAL = ("label", "split", "source")
HIDDEN = ("before", "after")


def add_routes(photos: FakePhotos, app: Flask) -> None:
    """Add photos, their changes and the edits."""
    _lists(photos, app)
    _changes(photos, app)
    _edits(photos, app)


def matching(photos: FakePhotos, args: Any) -> list[made.Json]:
    """Return the photos that pass the filters of a request."""
    binned = args.get("bin") == "true"
    found = [p for p in photos.all if (p["deleted_at"] is not None) == binned and not p.get("forgotten")]
    for key in EQUAL:
        found = [p for p in found if p[key] == args[key]] if key in args else found
    if "q" in args:
        found = [p for p in found if args["q"].lower() in p["filename"].lower()]
    if "problem" in args:
        found = [p for p in found if args["problem"] in p["problems"]]
    if "batch" in args:
        found = [p for p in found if str(p["batch"]) == args["batch"]]
    if args.get("unlabelled") == "true":
        found = [p for p in found if p["label"] is None]
    return found


def _lists(photos: FakePhotos, app: Flask) -> None:
    @app.get("/dataset/images")
    def images() -> Any:
        if request.args.get("task", "cats-vs-dogs") != "cats-vs-dogs":
            return paged([], "photos", request.args)
        return paged(matching(photos, request.args), "photos", request.args)

    @app.get("/dataset/images/<int:number>")
    @app.get("/dataset/images/<int:number>/thumbnail")
    def image(number: int) -> Any:
        headers = {"ETag": f'"{number}"', "Cache-Control": "public, max-age=31536000, immutable"}
        small = request.path.endswith("thumbnail")
        jpeg = made.photo_jpeg(number, 192 if small else 480)
        return Response(jpeg, content_type="image/jpeg", headers=headers)

    @app.get("/dataset/images/<int:number>/details")
    def details(number: int) -> Any:
        if not 0 < number <= len(photos.all) or photos.of(number).get("forgotten"):
            return problem(404, "not_found", f"There is no photo {number}.")
        photo = photos.of(number)
        alike = [p for p in photos.present() if p["group"] == photo["group"] and p is not photo]
        edits = [
            photos.view(edit) | {"entry": _entry(entry)}
            for edit in reversed(photos.edits)
            for entry in edit["entries"]
            if entry["photo_id"] == number
        ]
        model = {"version": "20261121-040312-9f3e", "split": "train", "label": photo["label"], "run_id": 3}
        return photo | {"group_photos": alike, "edits": edits, "models": [model] if number < 50 else []}


def _changes(photos: FakePhotos, app: Flask) -> None:
    @app.post("/dataset/images/label")
    def label() -> Any:
        asked = request.get_json()
        expected = asked.get("expected")
        for number in asked["photos"]:
            if expected is not None and photos.of(number)["label"] != expected:
                words = (
                    f"Expected photo {number} to be '{expected}'. Received: '{photos.of(number)['label']}'."
                )
                return problem(409, "label_changed", words)
        return photos.change("label", asked["photos"], "relabelled", {"label": asked["label"]})

    @app.post("/dataset/images/<act>")
    def change(act: str) -> Any:
        new: made.Json = {"confirm": {"confirmed": True}, "restore": {"deleted_at": None}}.get(
            act, {"deleted_at": made.iso(made.now())}
        )
        numbers = request.get_json()["photos"]
        done = photos.change(act, numbers, OUTCOMES[act], new)
        if act == "forget":
            for number in numbers:
                photos.of(number).update(forgotten=True, filename="")
            return done | {"models": ["20261121-040312-9f3e"]}
        return done


def _entry(entry: made.Json) -> made.Json:
    return {key: value for key, value in entry.items() if key not in HIDDEN}


def _edits(photos: FakePhotos, app: Flask) -> None:
    @app.get("/dataset/edits")
    def edits() -> Any:
        return paged(photos.edits[::-1], "edits", request.args, photos.view)

    @app.get("/dataset/batches")
    def batches() -> Any:
        uploads = [edit for edit in photos.edits[::-1] if edit["action"] == "upload"]
        return paged(uploads, "batches", request.args, photos.view)

    @app.get("/dataset/edits/<int:number>")
    def edit(number: int) -> Any:
        if not 0 < number <= len(photos.edits):
            return problem(404, "not_found", f"There is no edit {number}.")
        found, outcome = photos.edits[number - 1], request.args.get("outcome")
        entries = [e for e in found["entries"] if outcome in (None, e["outcome"])]
        return photos.view(found) | paged(entries, "entries", request.args, _entry)

    @app.post("/dataset/edits/<int:number>/undo")
    def undo(number: int) -> Any:
        found = photos.edits[number - 1]
        if found["undone_by"] or found["action"] == "forget":
            return problem(409, "conflict", f"Edit {number} cannot be taken back.")
        return photos.undo(number)
