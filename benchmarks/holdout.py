"""Photos the platform never saw, through `/predict`: how often it is right, how often it is unsure."""

import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from benchmarks.class_folders import LabelledFile
from lenswright.evaluation.metrics import wilson_interval

CALLERS = 4
TOP = 5
LONGEST_SWAP_S = 60.0


def measure_holdout(url: str, task: str, photos: Sequence[LabelledFile]) -> dict[str, Any]:
    """Return the share of right answers with its 95 % interval, and the counts of each answer status.

    All answers are the champion's: asks once the instance has swapped it in. Raises TimeoutError.
    """
    await_champion(url, task)
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def ask(photo: LabelledFile) -> None:
        request = Request(
            f"{url}/predict?task={quote(task)}", photo.file.read_bytes(), {"Content-Type": "image/jpeg"}
        )
        with urlopen(request, timeout=60) as response:
            answer = json.load(response)
        ranked = list(answer["probabilities"])
        with lock:
            seen["right"] += answer["predicted_class"] == photo.label
            seen["top"] += photo.label in ranked[:TOP]
            seen[answer["status"]] += 1

    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(ask, photos))
    low, high = wilson_interval(seen["right"], len(photos))
    classes = len({photo.label for photo in photos})
    return {
        "photos": len(photos),
        "accuracy": round(seen["right"] / len(photos), 4),
        "accuracy_low": round(low, 4),
        "accuracy_high": round(high, 4),
        f"top{TOP}": round(seen["top"] / len(photos), 4) if classes > TOP else None,
        "statuses": {name: seen[name] for name in ("accepted", "uncertain", "unknown")},
    }


def await_champion(url: str, task: str) -> None:
    """Wait until the instance answers by the champion of `task`. Raises TimeoutError."""
    until = time.monotonic() + LONGEST_SWAP_S
    while time.monotonic() < until:
        champion = _get(f"{url}/models?task={quote(task)}")["champion"]
        serving = _get(f"{url}/status?task={quote(task)}")["model"]
        if serving and serving["version"] == champion:
            return
        time.sleep(0.2)
    raise TimeoutError(
        f"Expected the champion {champion} to serve. Received: {serving and serving['version']}."
    )


def _get(address: str) -> dict[str, Any]:
    with urlopen(address, timeout=60) as response:
        return dict(json.load(response))
