"""More requests than can be answered: some are refused at once, none waits for ever, memory stays."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.builders import CLASSES, make_photo
from tests.faults.conftest import Note, Serve
from tests.faults.service import Service

CALLERS, SLOW = 60, 12
SECONDS = 2.0
MOST_MB = 150.0


def test_beyond_the_queue_requests_are_refused_at_once_and_memory_stays(serve: Serve, note: Note) -> None:
    service = serve(threads="2", queue_size="8")
    photos = [make_photo(CLASSES[seed % 2], seed=seed, size=(900, 700)) for seed in range(CALLERS)]
    service.predict(photos[0])
    before_mb = memory_mb(service)
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = pool.map(lambda photo: ask_on(service, photo, time.monotonic() + SECONDS), photos)
        answers = [answer for call in calls for answer in call]
    more_mb = memory_mb(service) - before_mb
    counts = Counter(answer.status_code for answer in answers)
    refused = [answer for answer in answers if answer.status_code == 503]
    figure = (
        f"{counts[200]} answered, {counts[503]} refused, {counts.total() - counts[200] - counts[503]} else"
    )
    note(
        f"{CALLERS} callers, 2 threads, a queue of 8",
        seen="503 overloaded with Retry-After",
        figure=f"{figure}; memory {more_mb:+.0f} MB",
    )
    assert set(counts) == {200, 503}
    assert counts[200] > 2 * SECONDS
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    assert {answer.json()["code"] for answer in refused} == {"overloaded"}
    assert more_mb < MOST_MB
    service.predict(photos[0])  # and then all is as before


def test_what_waited_longer_than_the_deadline_is_refused_and_not_computed(serve: Serve, note: Note) -> None:
    service = serve(threads="1", queue_size="500", request_deadline_s="0.2")
    photo = make_photo(CLASSES[0], seed=1, size=(2500, 2000), format="PNG")  # slow to decode
    service.predict(photo)
    began = time.monotonic()
    with ThreadPoolExecutor(SLOW) as pool:
        answers = list(pool.map(lambda _: predict_anyhow(service, photo), range(SLOW)))
    took_s = time.monotonic() - began
    counts = Counter(answer.status_code for answer in answers)
    computed = int(service.get("/status")["requests"]["predictions"])
    note(
        f"{SLOW} slow predictions at once, deadline 0.2 s",
        seen="503 overloaded with Retry-After",
        figure=f"{counts[200]} answered, {counts[503]} refused in {took_s:.1f} s; {computed - 1} computed",
    )
    assert set(counts) == {200, 503}
    assert computed - 1 == counts[200]


def ask_on(service: Service, photo: bytes, until: float) -> list[requests.Response]:
    answers = []
    while time.monotonic() < until:
        answers.append(predict_anyhow(service, photo))
    return answers


def predict_anyhow(service: Service, photo: bytes) -> requests.Response:
    return service.post("/predict", data=photo, headers={"Content-Type": "image/jpeg"})


def memory_mb(service: Service) -> float:
    return float(service.worker.memory_info().rss) / 1e6
