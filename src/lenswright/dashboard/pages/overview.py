"""Overview: is it healthy, which model, how good, how fast. Reads the Store `live` only."""

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json
from lenswright.dashboard.cards import blank, card, chart, empty, go_to, page, stat
from lenswright.dashboard.chrome import health
from lenswright.dashboard.figures.classes import class_mix
from lenswright.dashboard.figures.traffic import latency, throughput
from lenswright.dashboard.pages import drift
from lenswright.dashboard.pages.instances import instances

STEPS = (
    ("1", "Give it photos", "A few dozen for each class are a good start.", "Upload photos", "/data"),
    ("2", "Train", "Minutes on an ordinary machine; nothing leaves it.", "Open training", "/training"),
    ("3", "Classify", "In the browser, or with one curl command.", "Classify a photo", "/classify"),
)
SURENESS = (("accepted", "sure"), ("uncertain", "uncertain"), ("unknown", "unlike anything it knows"))
QUIET = empty("overview", "No photo classified in the last 5 minutes", "Classify one and it shows up here.")
QUIET_TOO = html.Span("No photo classified in the last 5 minutes", className="quiet-note")


def layout(**_query: str) -> html.Div:
    """Return the page with empty values."""
    stats = [
        stat("Service", "service"),
        stat("Model", "model"),
        stat("Accuracy on unseen photos", "accuracy"),
        stat("Photos classified", "answered"),
    ]
    charts = [
        _chart_card("Latency of predictions", "latency", 220),
        _chart_card("Throughput", "throughput", 220),
    ]
    below = [
        _chart_card("Answers by class, last 5 minutes", "mix", 200),
        card(html.Div(id="sureness", className="live"), title="How sure it was, last 5 minutes"),
        card(html.Div(id="holdings", className="live"), title="Photos and training"),
    ]
    return page(
        "Overview",
        html.Span(id="overview-lead", children="\u00a0"),
        html.Div(id="guide"),
        html.Div(stats, className="grid four"),
        html.Div(charts, className="grid two", id="overview-charts"),
        html.Div(below, className="grid three", id="overview-below"),
        drift.section(),
        html.Div(id="instances", className="live"),
    )


def _chart_card(title: str, name: str, height_px: int) -> html.Section:
    inner = html.Div(
        [
            chart(name, height_px, title),
            html.Div(QUIET if name == "latency" else QUIET_TOO, className="over"),
        ],
        id=f"{name}-wrap",
    )
    return card(inner, title=title, aside=html.Span(id=f"{name}-now", className="live"))


def stats(live: Json) -> tuple[Any, ...]:
    """Return the lead and (value, note) of the four cards."""
    status = live["status"]
    if status is None:
        return ("\u00a0",) + (formats.ABSENT, "\u00a0") * 4
    model, requests = status.get("model") or {}, status["requests"]
    metrics = model.get("metrics") or {}
    instance = status.get("instance") or {}
    up = f"up {formats.duration(status.get('uptime_s'))} · {instance.get('host')}:{instance.get('port')}"
    since = formats.ago(model.get("promoted_at") or model.get("created_at"))
    span = formats.interval(metrics.get("accuracy_low"), metrics.get("accuracy_high"))
    n = len(model.get("classes") or [])
    tested = formats.plural(metrics.get("test_photos") or 0, "test photo")
    return (
        " · ".join([str(status.get("task")), *([formats.plural(n, "class", "classes")] if n else [])]),
        health(live)[1],
        up,
        html.Code(model["version"]) if model else "None yet",
        f"{model.get('preset')} preset · since {since}" if model else "Upload photos and train one.",
        formats.percent(metrics.get("accuracy")),
        html.Span(f"{span} · {tested}", title="95 % interval")
        if metrics
        else "Measured when a model is trained.",
        formats.count(requests.get("predictions")),
        f"{formats.plural(requests.get('total') or 0, 'request')} in all"
        f" · {formats.plural(requests.get('errors') or 0, 'error')}",
    )


def charts(live: Json, scheme: str | None) -> tuple[Any, ...]:
    """Return figure, figures in words, and wrapper class of latency, throughput and class mix."""
    window = (live["status"] or {}).get("requests")
    if not window:
        return (blank(), "", "chart-wrap") * 3
    now, span_s = _now(live["status"]), window.get("window_s") or 300
    series, timing = window.get("series") or [], window.get("latency_ms") or {}
    unanswered = "" if window.get("classes") else " quiet"
    quiet = "" if window.get("classes") or window.get("error_rate") else " quiet"
    speeds = [_key(q, f"{q} {formats.milliseconds(timing.get(q))}") for q in ("p50", "p95", "p99")]
    errors = _key("errors", f"{formats.percent(window.get('error_rate') or 0)} errors")
    rate = _key("answered", f"{formats.rate(window.get('throughput_per_s'))} answered")
    return (
        latency(series, span_s, now, scheme),
        "" if unanswered else speeds,
        f"chart-wrap{unanswered}",
        throughput(series, span_s, now, scheme),
        "" if quiet else [rate, errors],
        f"chart-wrap{quiet}",
        class_mix(window.get("classes") or {}, scheme),
        "",
        f"chart-wrap{unanswered}",
    )


def _key(name: str, text: str) -> html.Span:
    """Return a number with the colour of its line: legend and value in one."""
    return html.Span([html.Span(className=f"key {name}"), text])


def _now(status: Json) -> float:
    """Return the API's own time, so that clocks that differ do not shift the charts."""
    started = formats.parse_time((status.get("instance") or {}).get("started_at"))
    return started.timestamp() + float(status.get("uptime_s") or 0) if started else 0.0


def sureness(live: Json) -> Any:
    """Return the shares of sure, uncertain and unknown answers."""
    statuses = ((live["status"] or {}).get("requests") or {}).get("statuses") or {}
    total = sum(statuses.values())
    if not total:
        return QUIET_TOO if live["status"] else None
    rows = []
    for key, words in SURENESS:
        share = statuses.get(key, 0) / total
        bar = html.Div(html.Div(className=f"fill {key}", style={"width": f"{share:.1%}"}), className="bar")
        rows.append(html.Div([html.Span(words), html.Span(formats.percent(share)), bar], className="bar-row"))
    return html.Div(rows, className="bars")


def holdings(live: Json) -> Any:
    """Return what there is to learn from, and whether anything is learning now."""
    status = live["status"]
    if status is None:
        return None
    dataset, run = status.get("dataset") or {}, status.get("training")
    rows = [
        ("Photos", formats.count(dataset.get("total"))),
        ("With a label", formats.count(dataset.get("labelled"))),
        ("Classes", formats.count(dataset.get("classes"))),
        ("Training", f"{run['phase']}, {formats.percent(run['progress'], 0)}" if run else "none running"),
    ]
    cells = [html.Div([html.Span(name), html.Span(value)], className="line") for name, value in rows]
    return [*cells, html.Div([go_to("Photos", "/data"), go_to("Training", "/training")], className="links")]


def guide(live: Json) -> tuple[Any, str, str]:
    """Return the three steps to an own model, if none serves, and the classes of the charts.

    Where nothing was ever asked there is nothing to draw either: then the steps stand alone.
    """
    status = live["status"]
    if status is None or status.get("model"):
        return None, "grid two", "grid three"
    asked = (status.get("requests") or {}).get("predictions")
    shown = ("grid two", "grid three") if asked else ("hidden", "hidden")
    steps = [
        html.Li([html.Span(n, className="step"), html.H3(title), html.P(text), dcc.Link(label, href=href)])
        for n, title, text, label, href in STEPS
    ]
    return card(html.Ol(steps, className="steps"), title="Three steps to your own model"), *shown


def register(app: Dash, bound: Callable[..., Any]) -> None:
    """Register the callbacks of this page."""
    drift.register(app, bound)
    values = [Output("overview-lead", "children")]
    for name in ("service", "model", "accuracy", "answered"):
        values += [Output(f"{name}-value", "children"), Output(f"{name}-note", "children")]
    drawn = []
    for name in ("latency", "throughput", "mix"):
        drawn += [
            Output(name, "figure"),
            Output(f"{name}-now", "children"),
            Output(f"{name}-wrap", "className"),
        ]
    app.callback(
        [
            *values,
            Output("sureness", "children"),
            Output("holdings", "children"),
            Output("instances", "children"),
            Output("guide", "children"),
            Output("overview-charts", "className"),
            Output("overview-below", "className"),
        ],
        Input("live", "data"),
    )(lambda live: (*stats(live), sureness(live), holdings(live), instances(live), *guide(live)))
    app.callback(drawn, Input("live", "data"), Input("scheme", "data"), State("task", "data"))(
        lambda live, scheme, _task: charts(live, scheme)
    )
