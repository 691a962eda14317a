"""Made-up but plausible answers of the API: windows, reports, photos. Pure functions, seeded."""

import base64
import io
import random
import time
from datetime import UTC, datetime
from typing import Any

import numpy as np
from flask import Response, jsonify
from PIL import Image

from lenswright.imaging.framing import decode_framed
from lenswright.imaging.input_spec import InputSpec
from lenswright.inference.explain import overlay

Json = dict[str, Any]


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def class_names(n: int) -> list[str]:
    """Return `cat`, `dog`, or n names of different lengths."""
    if n == 2:
        return ["cat", "dog"]
    kinds = ["terrier", "shepherd", "retriever", "spaniel", "old english sheepdog", "hound"]
    places = ["norfolk", "black-and-tan", "irish", "tibetan", "west highland white", "american", "great"]
    return [f"{places[i % 7]} {kinds[i % 6]} {i:03d}" for i in range(n)]


def bucket(at: float) -> Json:
    """Return five seconds of a busy server; the same whenever it is asked for."""
    chance = random.Random(int(at // 5))
    p50 = 11 + 3 * chance.random()
    quantiles = {
        "p50_ms": p50,
        "p95_ms": p50 * (1.5 + chance.random()),
        "p99_ms": p50 * (2.2 + 2 * chance.random()),
    }
    predictions = chance.randint(40, 90)
    return {
        "t": iso(at),
        "predictions": predictions,
        "requests": predictions + 3,
        "errors": chance.choice([0, 0, 0, 0, 1, 4]),
        **quantiles,
    }


def window(classes: list[str], total: int, now: float) -> Json:
    """Return the snapshot of the last five minutes, a busy server's, in buckets of five seconds."""
    series = [bucket(now - 300 + 5 * step) for step in range(60)]
    requests, errors = sum(b["requests"] for b in series), sum(b["errors"] for b in series)
    shares = {name: max(1, requests // (2 + i)) for i, name in enumerate(classes)}
    return {
        "total": total,
        "predictions": total - 1200,
        "errors": 12,
        "window_s": 300,
        "window_requests": requests,
        "throughput_per_s": requests / 300,
        "error_rate": errors / requests,
        "latency_ms": {"p50": 12.3, "p95": 21.9, "p99": 38.2, "mean": 13.4},
        "classes": shares,
        "statuses": {"accepted": requests * 9 // 10, "uncertain": requests // 15, "unknown": requests // 30},
        "series": series,
    }


def quiet_window() -> Json:
    """Return the snapshot of a server that nobody has asked anything."""
    return {
        **{"total": 0, "predictions": 0, "errors": 0, "window_s": 300, "window_requests": 0},
        **{"throughput_per_s": 0.0, "error_rate": None, "classes": {}, "statuses": {}, "series": []},
        "latency_ms": {"p50": None, "p95": None, "p99": None, "mean": None},
    }


def report(classes: list[str], seed: int = 0) -> Json:
    """Return a test report: mostly right, with neighbours confused."""
    chance, n = random.Random(seed), len(classes)
    counts = [[0] * n for _ in classes]
    for row in range(n):
        for _ in range(240 if n == 2 else 13):
            wrong = chance.random() > (0.945 if n == 2 else 0.82)
            counts[row][(row + chance.choice([1, -1, 2])) % n if wrong and n > 1 else row] += 1
    right, total = sum(counts[i][i] for i in range(n)), sum(map(sum, counts))
    per_class = [scores(label, counts, i) for i, label in enumerate(classes)]
    bins = [
        {
            "confidence": c,
            "accuracy": min(1.0, c - 0.03 + 0.05 * chance.random()),
            "count": int(4 + 200 * c**8),
        }
        for c in (0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95)
    ]
    return {
        "classes": classes,
        "confusion_matrix": {"classes": classes, "counts": counts},
        "most_confused": [],
        "per_class": per_class,
        "reliability": bins,
        "metrics": metrics(right, total, n),
        "misclassified": [],
    }


def scores(label: str, counts: list[list[int]], i: int) -> Json:
    """Return precision, recall and F1 of class i."""
    answered = sum(row[i] for row in counts) or 1
    precision, recall = counts[i][i] / answered, counts[i][i] / sum(counts[i])
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"label": label, "precision": precision, "recall": recall, "f1": f1, "support": sum(counts[i])}


def metrics(right: int, total: int, n_classes: int) -> Json:
    accuracy = right / total
    top5 = {"top5": 0.976} if n_classes > 5 else {}
    return {
        **{"accuracy": accuracy, "accuracy_low": accuracy - 0.021, "accuracy_high": accuracy + 0.018},
        **{"macro_f1": accuracy - 0.002, "log_loss": 0.173, "ece": 0.012, "test_photos": total},
        **top5,
    }


def epochs(n: int) -> list[Json]:
    """Return n epochs of a run that learns."""
    return [
        {
            "epoch": i + 1,
            "loss": 0.7 * 0.88**i + 0.08,
            "accuracy": 0.97 - 0.42 * 0.86**i,
            "val_loss": 0.7 * 0.9**i + 0.12 + 0.01 * (i % 3),
            "val_accuracy": 0.952 - 0.4 * 0.87**i + 0.004 * (i % 2),
            "learning_rate": 0.001,
            "images_per_s": 2300.0,
        }
        for i in range(n)
    ]


def photo_jpeg(seed: int, size_px: int = 192) -> bytes:
    """Return a coloured JPEG that differs for every seed."""
    chance = random.Random(seed)
    small = Image.new("RGB", (3, 3))
    small.putdata([tuple(chance.randrange(30, 235) for _ in range(3)) for _ in range(9)])
    shape = (size_px, int(size_px * chance.choice([0.66, 0.75, 1.0, 1.33])))
    out = io.BytesIO()
    small.resize(shape, Image.Resampling.BICUBIC).save(out, "JPEG", quality=80)
    return out.getvalue()


def advice(classes: list[str], photos: int) -> Json:
    """Return what a check would advise."""
    curve = [{"photos": photos * i // 5, "accuracy": 0.96 - 0.3 * 0.5**i} for i in range(1, 6)]
    rows = [
        {
            "label": name,
            "photos": photos // len(classes),
            "recall": 0.95 - 0.3 / (i + 2),
            "gain": 0.03 / (i + 1),
        }
        for i, name in enumerate(classes)
    ]
    pairs = [
        {"truth": name, "predicted": classes[i - 1], "count": 14 - i} for i, name in enumerate(classes[:10])
    ]
    words = [f"More photos of '{classes[0]}' would help most.", "Twice as many photos may bring +1.2 points."]
    return {"run_id": 3, "curve": curve, "classes": rows, "pairs": pairs, "words": words}


def distribution(photos: list[Json]) -> Json:
    """Return histograms of so many photos, and their problems."""
    chance, n = random.Random(5), len(photos)
    shapes = {
        "brightness": 255,
        "sharpness": 900,
        "width": 1200,
        "height": 900,
        "aspect": 3,
        "size_bytes": 90_000,
    }
    found: Json = {}
    for name, most in shapes.items():
        shares = [chance.random() * (1 + 4 * i * (19 - i) / 90) for i in range(20)]
        counts = [round(n * share / sum(shares)) for share in shares]
        found[name] = {"edges": [most * i / 20 for i in range(21)], "counts": counts if n else []}
    problems: dict[str, int] = {}
    for code in (code for photo in photos for code in photo["problems"]):
        problems[code] = problems.get(code, 0) + 1
    return {**found, "per_class": [], "formats": {"JPEG": n}, "problems": problems, "unmeasured": n // 30}


def explanation(data: bytes, name: str) -> Json:
    """Return what spoke for class `name` in a photo: its upper left half."""
    framed = decode_framed(data, InputSpec(160, "crop"))
    heat = np.add.outer(np.linspace(1, -0.4, 5), np.linspace(1, -0.4, 5)).clip(0).astype(np.float32) / 2
    picture = base64.b64encode(overlay(framed, heat)).decode()
    return {"class": name, "heatmap_png_base64": picture, "url": None}


def now() -> float:
    return time.time()


def problem(status: int, code: str, detail: str, **more: Any) -> tuple[Response, int]:
    body = {
        "type": "about:blank",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "r1",
    }
    response = jsonify({**body, **more})
    response.content_type = "application/problem+json"
    return response, status
