"""What tests of training do to a service: upload photos, and wait for a run."""

import time
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.builders import photo
from tests.web.answers import file


def upload(client: FlaskClient, count: int, label: str | None = None, first: int = 0) -> list[int]:
    """Upload `count` photos no two of which look alike; return their ids."""
    photos = [photo((37 * n % 256, 91 * n % 256, 53 * n % 256), seed=n) for n in range(first, first + count)]
    sent: dict[str, Any] = {"files[]": [file(data) for data in photos]} | ({"label": label} if label else {})
    return [result["id"] for result in client.post("/upload-data", data=sent).json["results"]]


def wait_for(client: FlaskClient, run_id: int, condition: Callable[[Any], bool]) -> Any:
    ends = time.monotonic() + 15
    while not condition(seen := client.get(f"/training-status?run_id={run_id}").json):
        assert time.monotonic() < ends, seen
        time.sleep(0.05)
    return seen
