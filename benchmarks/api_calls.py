"""What a benchmark asks the API to do, over HTTP like anybody else."""

import io
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import requests

from benchmarks.class_folders import LabelledFile

BATCH = 100
ZIP_BATCH = 1000
POLL_S = 0.25
ENDED = ("completed", "failed", "stopped")

FormFiles = list[tuple[str, tuple[str, bytes]]]


class Api:
    """One API and the task the calls are about. Every call raises requests.HTTPError when refused."""

    def __init__(self, url: str, task: str) -> None:
        self._url, self.task = url.rstrip("/"), task

    def upload_labelled(self, photos: Sequence[LabelledFile], *, zipped: bool) -> int:
        """Send photos with labels, in zips of class folders or class by class; return how many are stored."""
        if zipped:
            return sum(self._upload([_zip(part)], {})["stored"] for part in _parts(photos, ZIP_BATCH))
        stored = 0
        for label in sorted({photo.label for photo in photos}):
            own = [photo for photo in photos if photo.label == label]
            for part in _parts(own, BATCH):
                stored += self._upload([_file(photo) for photo in part], {"label": label})["stored"]
        return stored

    def upload_split(self, train: Sequence[LabelledFile], test: Sequence[LabelledFile]) -> int:
        """Send photos in one zip with a training and a test part; return how many are stored."""
        return int(self._upload([_zip_of({"train": train, "test": test})], {})["stored"])

    def upload_by_label(self, photos: Sequence[LabelledFile]) -> list[int]:
        """Send photos with labels, class by class; return their ids, in the order of `photos`."""
        ids: dict[LabelledFile, int] = {}
        for label in sorted({photo.label for photo in photos}):
            for part in _parts([photo for photo in photos if photo.label == label], BATCH):
                results = self._upload([_file(photo) for photo in part], {"label": label})["results"]
                for photo, result in zip(part, results, strict=True):
                    ids[photo] = result["id"] or result["duplicate_of"]
        return [ids[photo] for photo in photos]

    def upload_unlabelled(self, photos: Sequence[LabelledFile]) -> list[int]:
        """Send the photos without a label; return their ids, in order."""
        results = [
            result
            for part in _parts(photos, BATCH)
            for result in self._upload([_file(photo) for photo in part], {})["results"]
        ]
        return [result["id"] or result["duplicate_of"] for result in results]

    def train(self, body: dict[str, Any], on_phase: Callable[[str], None]) -> dict[str, Any]:
        """Train and wait; return the final `/training-status`. Raises RuntimeError unless it completed."""
        return self._run("/train", body, on_phase)

    def retrain(self, body: dict[str, Any], on_phase: Callable[[str], None]) -> dict[str, Any]:
        """Label files, train, wait; as `train`."""
        return self._run("/retrain", body, on_phase)

    def check(self, on_phase: Callable[[str], None]) -> dict[str, Any]:
        """Check the data, wait; as `train`."""
        return self._run("/dataset/check", {}, on_phase)

    def suggestions(self, page_size: int) -> list[dict[str, Any]]:
        """Return every doubted label, the most doubtful first."""
        found: list[dict[str, Any]] = []
        while True:
            asked = {"task": self.task, "page": len(found) // page_size + 1, "page_size": page_size}
            address = f"{self._url}/dataset/suggestions"
            page = self._checked(requests.get(address, params=asked, timeout=60))
            found += page["suggestions"]
            if len(found) >= page["total"] or not page["suggestions"]:
                return found

    def compare(self, body: dict[str, Any], on_phase: Callable[[str], None]) -> dict[str, Any]:
        """Train several configurations, wait; as `train`."""
        return self._run("/compare", body, on_phase)

    def _run(self, path: str, body: dict[str, Any], on_phase: Callable[[str], None]) -> dict[str, Any]:
        submitted = self._checked(
            requests.post(self._url + path, json={"task": self.task, **body}, timeout=60)
        )
        phase = None
        while True:
            address = f"{self._url}{submitted['status_url']}"
            status = self._checked(requests.get(address, timeout=30))
            if status["phase"] != phase:
                phase = status["phase"]
                on_phase(phase)
            if status["state"] in ENDED:
                break
            time.sleep(POLL_S)
        if status["state"] != "completed":
            raise RuntimeError(f"The run {status['state']}: {status['error']}")
        return status

    def _upload(self, files: FormFiles, fields: dict[str, str]) -> Any:
        form = {"task": self.task, **fields}
        return self._checked(requests.post(f"{self._url}/upload-data", files=files, data=form, timeout=600))

    @staticmethod
    def _checked(response: requests.Response) -> Any:
        if not response.ok:
            raise requests.HTTPError(f"{response.url}: {response.status_code} {response.text[:500]}")
        return response.json()


def _parts(photos: Sequence[LabelledFile], size: int) -> list[Sequence[LabelledFile]]:
    return [photos[start : start + size] for start in range(0, len(photos), size)]


def _file(photo: LabelledFile) -> tuple[str, tuple[str, bytes]]:
    return "files[]", (photo.file.name, photo.file.read_bytes())


def _zip(photos: Sequence[LabelledFile]) -> tuple[str, tuple[str, bytes]]:
    return _zip_of({"": photos})


def _zip_of(parts: Mapping[str, Sequence[LabelledFile]]) -> tuple[str, tuple[str, bytes]]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part, photos in parts.items():
            for number, photo in enumerate(photos):
                name = f"{part}/{photo.label}/{number}-{photo.file.name}".lstrip("/")
                archive.writestr(name, photo.file.read_bytes())
    return "files[]", ("photos.zip", out.getvalue())
