"""Users of a running lenswright: `make load`, or `locust` for the web page on http://localhost:8089.

Most of what they do is classify one photo; now and then they look at `/status` and hand in photos for
the task `load-test`, away from the data of others. Every answer is checked, not only its status code.

LENSWRIGHT_LOAD_URLS       several instances, with commas between; each user stays with one of them
LENSWRIGHT_LOAD_PHOTOS     a folder of photos to send; without it they are drawn
LENSWRIGHT_LOAD_WARM_UP_S  seconds that are left out of the numbers, from the start; default: none
LENSWRIGHT_API_KEY         sent as X-API-Key
"""

import itertools
import logging
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, between, events, task
from locust.env import Environment
from locust.runners import WorkerRunner
from locust.stats import StatsEntry

from benchmarks.answers import prediction_fault, status_fault, upload_fault
from benchmarks.multipart import CONTENT_TYPE, FormFile, encode
from benchmarks.photos import draw_photo, photo_pool

POOL = 100
UPLOAD_TASK = "load-test"
PHOTOS_PER_UPLOAD = 3
UPLOAD_SIZE = (240, 180)  # small, because they are drawn while the test runs: no photo is stored twice
PERCENTILES = (0.5, 0.95, 0.99)

log = logging.getLogger("lenswright.load")

URLS = [url.strip("/ ") for url in os.environ.get("LENSWRIGHT_LOAD_URLS", "").split(",") if url.strip()]
FOLDER = os.environ.get("LENSWRIGHT_LOAD_PHOTOS")
PHOTOS = photo_pool(POOL, Path(FOLDER) if FOLDER else None)
gevent.get_hub().loop.update_now()  # drawing took seconds, by which --run-time would end too early
WARM_UP_S = float(os.environ.get("LENSWRIGHT_LOAD_WARM_UP_S", "0"))
API_KEY = os.environ.get("LENSWRIGHT_API_KEY")
_numbers: Iterator[int] = itertools.count()  # of the users of this process


class Visitor(FastHttpUser):
    """Somebody with photos: nine of ten requests classify one."""

    wait_time = between(0.05, 0.5)  # seconds
    connection_timeout = network_timeout = 30.0

    def __init__(self, environment: Environment) -> None:
        self.host = _url_of_next(environment) or environment.host
        super().__init__(environment)

    @task(90)
    def classify(self) -> None:
        form = encode([FormFile("image", "photo.jpg", random.choice(PHOTOS))])
        self._call("POST", "/predict", prediction_fault, form)

    @task(7)
    def look_at_status(self) -> None:
        self._call("GET", "/status", status_fault)

    @task(3)
    def hand_in_photos(self) -> None:
        photos = [draw_photo(random.getrandbits(32), UPLOAD_SIZE) for _ in range(PHOTOS_PER_UPLOAD)]
        files = [FormFile("files[]", f"{number}.jpg", photo) for number, photo in enumerate(photos)]
        form = encode(files, {"task": UPLOAD_TASK})
        self._call("POST", "/upload-data", lambda answer: upload_fault(answer, len(files)), form)

    def _call(
        self, method: str, path: str, fault_of: Callable[[Any], str | None], form: bytes | None = None
    ) -> None:
        """Send one request and note it as failed unless its answer holds what it promises."""
        headers = {"Content-Type": CONTENT_TYPE} if form else {}
        if API_KEY:
            headers["X-API-Key"] = API_KEY
        name = f"{path} {self.host}" if len(URLS) > 1 else path
        with self.client.request(
            method, path, name=name, data=form, headers=headers, catch_response=True
        ) as answer:
            if not 200 <= answer.status_code < 300:
                answer.failure(f"status {answer.status_code}: {(answer.text or '')[:200]}")
                return
            fault = fault_of(_json(answer))
            if fault:
                answer.failure(f"wrong answer: {fault}")


def _url_of_next(environment: Environment) -> str | None:
    """Return where the next user goes: in turn, and with `--processes` no two processes begin alike."""
    if not URLS:
        return None
    runner = environment.runner
    first = runner.worker_index if isinstance(runner, WorkerRunner) else 0
    return URLS[(first + next(_numbers)) % len(URLS)]


def _json(answer: Any) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text


@events.test_start.add_listener
def leave_out_warm_up(environment: Environment, **_: Any) -> None:
    """Forget, once the instances are warm and all users are there, what was counted until then.

    With `--processes` each of them does: the workers what they have not told yet, the master what they have.
    """
    if WARM_UP_S:
        gevent.spawn_later(WARM_UP_S, environment.stats.reset_all)


@events.quitting.add_listener
def report_hosts(environment: Environment, **_: Any) -> None:
    """Log one line for each instance, so that a slow or failing one stands out."""
    if isinstance(environment.runner, WorkerRunner):
        return
    for url in URLS:
        total = StatsEntry(environment.stats, url, "")
        for entry in environment.stats.entries.values():
            if len(URLS) == 1 or entry.name.endswith(f" {url}"):
                total.extend(entry)
        times = ", ".join(
            f"p{share * 100:.0f} {total.get_response_time_percentile(share)} ms" for share in PERCENTILES
        )
        log.info("%s: %d requests, %d failed, %s", url, total.num_requests, total.num_failures, times)
