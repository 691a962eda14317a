"""Made-up instances that share a home: the one that answers, and others beside it."""

from tests.dashboard.fake_data import Json, iso


def instances(count: int, port: int, started_at: float, version: str | None, window: Json) -> Json:
    """Return `instances` and `all_instances` as `/status` shows them; the last one lags behind."""
    entries = [entry(number, port, started_at, version, window) for number in range(count)]
    traffic = {name: window[name] for name in ("window_s", "error_rate", "latency_ms")}
    for name in ("total", "predictions", "errors", "window_requests", "throughput_per_s"):
        traffic[name] = sum(each["requests"][name] for each in entries)
    return {
        "instances": entries,
        "all_instances": {
            "count": count,
            "requests": traffic,
            "queue_length": sum(each["queue_length"] for each in entries),
            "memory_bytes": sum(each["memory_bytes"] for each in entries),
        },
    }


def entry(number: int, port: int, started_at: float, version: str | None, window: Json) -> Json:
    own = number == 0
    older = "20261119-070000-0001" if number == 2 else version
    traffic = {name: value for name, value in window.items() if name not in ("classes", "statuses", "series")}
    return {
        **{"id": "abc"[number % 3], "host": "127.0.0.1", "port": port + number, "pid": 1 + number},
        **{"started_at": iso(started_at + 4_000 * number), "machine": "vm", "answers": own},
        "versions": {"cats-vs-dogs": older} if older else {},
        "requests": traffic,
        **{"queue_length": number, "memory_bytes": 148_000_000 + 9_000_000 * number},
    }
