"""Clients that change things as fast as they are answered, and a book of what was acknowledged to them."""

import hashlib
import random
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.builders import CLASSES, make_photo
from tests.faults.service import FIRST, SECOND, Service

TASK = "shapes"  # what they upload, label and train; promotions are those of the service's other task
WISH = {"task": TASK, "weights": "none", "size_px": 64, "epochs": 3, "views": 1, "int8": False}
FILES = 3  # in one upload


@dataclass
class Book:
    """What was acknowledged: `uploads` SHA-256 by photo, `promotions` (version, previous), `runs` ids.

    `labels`: for each photo the labels it may have now: the last acknowledged one, and those asked for since.
    """

    uploads: dict[int, str] = field(default_factory=dict)
    labels: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    labelled: set[int] = field(default_factory=set)  # photos with an acknowledged label
    promotions: list[tuple[str, str]] = field(default_factory=list)
    champions: list[str] = field(default_factory=lambda: [SECOND])  # as `labels` of a photo
    runs: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # answers that no fault excuses
    cut: list[str] = field(default_factory=list)  # requests that got no answer
    sent: int = 0


class Clients:
    """Four clients at work on `service` for as long as the block lasts."""

    def __init__(self, service: Service, book: Book, dice: random.Random) -> None:
        self._service, self._book = service, book
        self._dice = random.Random(dice.random())
        self._over = threading.Event()
        works = (self._upload, self._label, self._promote, self._train)
        self._threads = [threading.Thread(target=self._repeat, args=(work,)) for work in works]

    def __enter__(self) -> "Clients":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, work: Callable[[], None]) -> None:
        while not self._over.is_set():
            try:
                work()
            except requests.RequestException as exc:
                self._book.cut.append(f"{work.__name__}: {exc!r}")
                self._over.wait(0.05)

    def _upload(self) -> None:
        seeds = range(self._book.sent, self._book.sent + FILES)
        self._book.sent += FILES
        photos = [make_photo(CLASSES[seed % 2], seed=10_000 + seed) for seed in seeds]
        files = [("files[]", (f"{seed}.jpg", data)) for seed, data in zip(seeds, photos, strict=True)]
        answer = self._answered("/upload-data", files=files, data={"task": TASK})
        for result, data in zip(answer.get("results", ()), photos, strict=bool(answer)):
            self._book.uploads[result["id"]] = hashlib.sha256(data).hexdigest()

    def _label(self) -> None:
        if not self._book.uploads:
            self._over.wait(0.02)
            return
        photo, label = self._dice.choice([*self._book.uploads]), self._dice.choice(CLASSES)
        self._book.labels[photo].append(label)
        body = {"task": TASK, "photos": [photo], "label": label}
        if self._answered("/dataset/images/label", json=body):
            self._book.labels[photo][:] = [label]
            self._book.labelled.add(photo)

    def _promote(self) -> None:
        version = self._dice.choice((FIRST, SECOND))
        self._book.champions.append(version)
        answer = self._answered(f"/models/{version}/promote")
        if answer:
            self._book.champions[:] = [version]
            self._book.promotions.append((version, answer["previous"]))

    def _train(self) -> None:
        answer = self._answered("/train", json=WISH)
        if answer:
            self._book.runs.append(answer["run_id"])
        self._over.wait(0.2)

    def _answered(self, path: str, **body: Any) -> dict[str, Any]:
        """Return the answer, empty for a refusal that is in order. Raises requests.RequestException."""
        response = self._service.post(path, **body)
        if not response.ok and response.status_code not in (409, 503):
            self._book.wrong.append(f"{path}: {response.status_code} {response.text[:300]}")
        answer: dict[str, Any] = response.json() if response.ok else {}
        return answer
