"""The instances that share the home, each and all together: a card of Overview. `/status` in, element out."""

from dash import html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import Element, card, table

HEADS = ["Instance", "Model", "Up", "Classified", "Rate", "p50", "p95", "p99", "Errors", "Waiting", "Memory"]
NUMBERS = range(2, len(HEADS))


def instances(live: Json) -> Element:
    """Return the card, None where one instance is alone."""
    status = live["status"] or {}
    found = status.get("instances") or []
    if len(found) < 2:
        return None
    version, now_s = status.get("model_version"), _now_s(status)
    rows = [_row(one, status.get("task"), version, now_s) for one in found]
    total = status["all_instances"]
    together = [html.Strong("Together"), "", "", *_figures(total)]
    minutes = formats.plural(round(total["requests"]["window_s"] / 60), "minute")
    return card(
        table(HEADS, [*rows, together], numeric=NUMBERS),
        title="Instances",
        aside=f"{len(found)} share these photos and models · rate and latency of the last {minutes}",
    )


def _row(one: Json, task: str | None, version: str | None, now_s: float | None) -> list[Element]:
    name: Element = html.Span(f"{one['host']}:{one['port']}")
    if one["answers"]:
        name = html.Span([name, html.Span("this one", className="row-remark")], className="lines")
    started = formats.parse_time(one["started_at"])
    up_s = now_s - started.timestamp() if now_s is not None and started else None
    return [name, _model(one["versions"].get(task), version), formats.duration(up_s), *_figures(one)]


def _model(serving: str | None, version: str | None) -> Element:
    """Return the version that serves there, marked where it is not the one that serves here."""
    if serving is None:
        return formats.ABSENT
    if serving == version:
        return html.Code(serving)
    remark = html.Span("another than here", className="row-error")
    return html.Span([html.Code(serving), remark], className="lines")


def _figures(one: Json) -> list[Element]:
    traffic = one["requests"]
    return [
        formats.count(traffic["predictions"]),
        formats.rate(traffic["throughput_per_s"]),
        *(formats.milliseconds(traffic["latency_ms"][name]) for name in ("p50", "p95", "p99")),
        formats.count(traffic["errors"]),
        formats.count(one["queue_length"]),
        formats.size(one["memory_bytes"]),
    ]


def _now_s(status: Json) -> float | None:
    """Return the API's own time, so that clocks that differ do not show."""
    started = formats.parse_time((status.get("instance") or {}).get("started_at"))
    return started.timestamp() + float(status.get("uptime_s") or 0) if started else None
