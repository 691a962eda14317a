"""The API as the dashboard sees it: one method per question, JSON in, JSON out.

Law of this module: HTTP only. Every failure leaves as ApiAway (no answer) or ApiRefused (the API's own
problem detail); nothing of `requests` or `urllib3` gets past it, the raw streams of `relay` excepted.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from lenswright.dashboard.data_client import DataClient, Json
from lenswright.errors import ApiAway, ApiRefused

POLL_TIMEOUT_S = 0.9  # two in one poll stay below its two seconds: slower ones would be pruned
READ_TIMEOUT_S = 8.0
ACTION_TIMEOUT_S = 60.0  # promoting loads and verifies a bundle first
CONNECT_TIMEOUT_S = 1.0
CACHE_S = 0.9

log = logging.getLogger(__name__)
__all__ = ["ApiClient", "Json"]


class ApiClient:
    """A client of one API; safe to use from many threads.

    Every method raises ApiAway when there is no answer in time and ApiRefused when the answer is a problem.
    `data` is the part about photos and labels; `key` is sent with every request, if there is one.
    """

    def __init__(
        self, url: str, *, key: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.url = url.rstrip("/")
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy variable must not come between us and loopback
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"  # not sent on to other hosts
        self._session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=16))
        self._polls: dict[str, tuple[float, Json | ApiAway | ApiRefused]] = {}
        self._poll_lock = threading.Lock()
        self.data = DataClient(self._get, self._post)

    def status(self, task: str | None) -> Json:
        """Return GET /status without its matrix; answers younger than a second are shared by all tabs."""
        with self._poll_lock:
            taken_at, outcome = self._polls.get(task or "", (float("-inf"), None))
            if outcome is None or self._clock() - taken_at >= CACHE_S:
                outcome = self._ask_status(task)
                self._polls[task or ""] = (self._clock(), outcome)
        if isinstance(outcome, Exception):  # shared too: tabs must not queue behind an API that hangs
            raise outcome
        return outcome

    def _ask_status(self, task: str | None) -> Json | ApiAway | ApiRefused:
        try:
            answer = self._get("/status", task=task, timeout_s=POLL_TIMEOUT_S)
        except (ApiAway, ApiRefused) as exc:
            return exc
        answer.pop("confusion_matrix", None)
        (answer.get("model") or {}).pop("confusion_matrix", None)
        return answer

    def training_status(self, *, run_id: int | None = None, task: str | None = None) -> Json:
        """Return GET /training-status: one run with its history and log, or `{"state": "idle"}`."""
        return self._get("/training-status", run_id=run_id, task=task, timeout_s=POLL_TIMEOUT_S)

    def runs(self, task: str | None, limit: int = 10) -> list[Json]:
        """Return the latest runs, newest first."""
        return list(self._get("/runs", task=task, limit=limit).get("runs", []))

    def options(self, task: str | None) -> Json:
        """Return presets, networks, weights and fields of a request, with the times this task will take."""
        return self._get("/training/options", task=task)

    def start_training(self, wishes: Json) -> Json:
        """Start a run with these wishes; returns its run_id."""
        return self._post("/train", json=wishes)

    def tune(self, wishes: Json) -> Json:
        """Start a search for the best settings of the head; returns its run_id."""
        return self._post("/tune", json=wishes)

    def compare(self, wishes: Json) -> Json:
        """Start the training of every configuration in `wishes["configurations"]`; returns its run_id."""
        return self._post("/compare", json=wishes)

    def resume(self, run_id: int) -> Json:
        """Start a run that continues what run `run_id` left behind; returns its run_id."""
        return self._post(f"/runs/{run_id}/resume")

    def stop_training(self, run_id: int | None) -> Json:
        """Ask the run to stop."""
        return self._post("/training/stop", json={"run_id": run_id} if run_id else {})

    def models(self, task: str | None) -> Json:
        """Return the versions of a task and which one is champion."""
        return self._get("/models", task=task)

    def model(self, version: str) -> Json:
        """Return one version with its manifest, files and history."""
        return self._get(f"/models/{version}")

    def report(self, version: str) -> Json:
        """Return the test report of a version."""
        return self._get(f"/models/{version}/report")

    def promote(self, version: str, reason: str, override: bool = False) -> Json:
        """Make a version the champion of its task; with `override` even one that the gate refused."""
        told = {"reason": reason, **({"override": True} if override else {})}
        return self._post(f"/models/{version}/promote", json=told)

    def export(self, version: str, formats: list[str]) -> Json:
        """Start a run that writes a version as `saved_model` and/or `tflite`; returns its run_id."""
        return self._post(f"/models/{version}/export", json={"formats": formats})

    def rollback(self, task: str | None) -> Json:
        """Return to the champion before this one."""
        return self._post("/models/rollback", params={"task": task} if task else {})

    def dataset(self, task: str | None) -> Json:
        """Return the counts, splits, sizes and problems of a task's photos."""
        return self._get("/dataset", task=task)

    def stream(self, method: str, path: str, *, timeout_s: float, **options: Any) -> requests.Response:
        """Return the unread response, whatever its status; the caller closes it. Raises ApiAway."""
        return self._call(method, path, timeout_s=timeout_s, stream=True, **options)

    def _get(self, path: str, *, timeout_s: float = READ_TIMEOUT_S, **query: Any) -> Json:
        params = {name: value for name, value in query.items() if value is not None}
        return self._answer(self._call("GET", path, timeout_s=timeout_s, params=params))

    def _post(self, path: str, *, timeout_s: float = ACTION_TIMEOUT_S, **options: Any) -> Json:
        return self._answer(self._call("POST", path, timeout_s=timeout_s, **options))

    def _call(self, method: str, path: str, *, timeout_s: float, **options: Any) -> requests.Response:
        timeout = (min(CONNECT_TIMEOUT_S, timeout_s), timeout_s)
        try:
            answer = self._session.request(method, self.url + path, timeout=timeout, **options)
        except requests.Timeout as exc:
            raise ApiAway(f"The API at {self.url} did not answer within {timeout_s:g} s.") from exc
        except requests.RequestException as exc:
            raise ApiAway(f"No API answers at {self.url}.") from exc
        if method != "GET":  # what was just changed must be seen at once
            with self._poll_lock:
                self._polls.clear()
        return answer

    def _answer(self, response: requests.Response) -> Json:
        try:
            body = response.json()
        except requests.RequestException as exc:
            raise ApiRefused(
                f"Expected JSON from {response.url}. Received: {response.headers.get('Content-Type')}"
                f" with status {response.status_code}.",
                status=response.status_code,
                code="not_json",
            ) from exc
        if response.ok and isinstance(body, dict):
            return body
        raise ApiRefused.from_answer(self.url, response.status_code, body)
