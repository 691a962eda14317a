"""What the dashboard asks and tells the API about photos: one method per question, JSON in, JSON out.

Law of this module: HTTP only, through the two ways of ApiClient, whose failures it passes on as they are.
"""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
DEEP_TIMEOUT_S = 30.0  # what the API computes over all photos before it answers
CHANGE_TIMEOUT_S = 300.0  # 100,000 photos in one edit


class DataClient:
    """The part of the API that is about photos, labels and edits; shares the session of an ApiClient.

    `get(path, **query)` and `post(path, json=body)` answer JSON. Raises ApiAway and ApiRefused as they do.
    """

    def __init__(self, get: Callable[..., Json], post: Callable[..., Json]) -> None:
        self._get, self._post = get, post

    def photos(self, task: str | None, *, page: int, size: int, **filters: Any) -> Json:
        """Return one page of the photos that pass every filter that is not None."""
        return self._get("/dataset/images", task=task, page=page, page_size=size, **filters)

    def details(self, photo: int) -> Json:
        """Return one photo with its near-duplicates, its edits and the models that saw it."""
        return self._get(f"/dataset/images/{photo}/details")

    def change(self, act: str, task: str | None, photos: list[int], **more: Any) -> Json:
        """`label`, `delete`, `restore`, `confirm` or `forget` these photos; returns the edit."""
        return self._post(
            f"/dataset/images/{act}", json=_body(task, photos=photos, **more), timeout_s=CHANGE_TIMEOUT_S
        )

    def undo(self, task: str | None, edit: int) -> Json:
        """Take an edit back; returns the new edit and what could not be taken back."""
        return self._post(f"/dataset/edits/{edit}/undo", json=_body(task), timeout_s=CHANGE_TIMEOUT_S)

    def edits(self, task: str | None, *, page: int, size: int, batches: bool = False) -> Json:
        """Return one page of the edits, newest first; with `batches` only what brought photos in."""
        if batches:
            found = self._get("/dataset/batches", task=task, page=page, page_size=size)
            return {**found, "edits": found["batches"]}
        return self._get("/dataset/edits", task=task, page=page, page_size=size)

    def edit(self, number: int, *, outcome: str | None, page: int, size: int) -> Json:
        """Return one edit with a page of its entries, those of one outcome if it is given."""
        return self._get(f"/dataset/edits/{number}", outcome=outcome, page=page, page_size=size)

    def check(self, task: str | None) -> Json:
        """Start a check of the data; returns its run_id."""
        return self._post("/dataset/check", json=_body(task))

    def suggestions(self, task: str | None, *, page: int, size: int) -> Json:
        """Return one page of the labels that the last check thinks wrong, the most doubtful first."""
        return self._get("/dataset/suggestions", task=task, page=page, page_size=size)

    def conflicts(self, task: str | None, *, page: int, size: int) -> Json:
        """Return one page of the photos that came with two labels."""
        return self._get("/dataset/conflicts", task=task, page=page, page_size=size)

    def duplicates(self, task: str | None, *, page: int, size: int, conflicting: bool) -> Json:
        """Return one page of the groups of near-duplicates."""
        only = "true" if conflicting else None
        found = {"task": task, "page": page, "page_size": size, "conflicting": only}
        return self._get("/dataset/duplicates", timeout_s=DEEP_TIMEOUT_S, **found)

    def review(self, task: str | None, *, kind: str | None, size: int) -> Json:
        """Return the first `size` photos that somebody should look at."""
        return self._get("/review", task=task, kind=kind, page_size=size)

    def decide(self, task: str | None, item: str, decision: Json) -> Json:
        """Settle one item of the review: {"label"}, {"drop": true} or {"confirm": true}."""
        return self._post(f"/review/{item}", json=_body(task, **decision))

    def advice(self, task: str | None) -> Json:
        """Return what the last check advises. Raises ApiRefused (404) before the first check."""
        return self._get("/dataset/advice", task=task)

    def distribution(self, task: str | None) -> Json:
        """Return histograms of the photos, and how many have which problem."""
        return self._get("/dataset/distribution", task=task, timeout_s=DEEP_TIMEOUT_S)

    def snapshots(self, task: str | None, *, page: int, size: int) -> Json:
        """Return one page of the data sets that runs have frozen, newest first."""
        return self._get("/dataset/snapshots", task=task, page=page, page_size=size)

    def train_again(self, task: str | None, snapshot: int) -> Json:
        """Start a run on a data set of earlier; returns its run_id."""
        return self._post("/train", json=_body(task, snapshot=snapshot))

    def fuse(self, wishes: Json) -> Json:
        """Build a task from others; returns what it holds now."""
        return self._post("/dataset/fuse", json=wishes, timeout_s=CHANGE_TIMEOUT_S)


def _body(task: str | None, **fields: Any) -> Json:
    return {**({"task": task} if task else {}), **fields}
