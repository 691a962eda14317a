"""Numbers for Prometheus, of one instance: what was counted, and how it is at the moment of asking.

Names follow Prometheus: base units, `_total` for what only rises. `docs/monitoring` has the dashboard and
the alerts that read them.
"""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lenswright.monitoring.request_counts import RequestCounts

Values = float | Mapping[tuple[str], float] | Mapping[tuple[str, str], float]  # by the values of its labels


def gauge(name: str, said: str, values: Values, *labels: str) -> Metric:
    """Return what goes up and down: one number, or one for each combination of `labels`."""
    family = GaugeMetricFamily(f"lenswright_{name}", said, labels=labels)
    for combination, value in _by_labels(values):
        family.add_metric(combination, value)
    return family


def counter(name: str, said: str, values: Values, *labels: str) -> Metric:
    """Return what only rises; it is shown as `lenswright_<name>_total`."""
    family = CounterMetricFamily(f"lenswright_{name}", said, labels=labels)
    for combination, value in _by_labels(values):
        family.add_metric(combination, value)
    return family


def render(requests: RequestCounts, metrics: Iterable[Metric]) -> bytes:
    """Return what was counted, `metrics` and what the system says of this process, as Prometheus' text."""
    registry = CollectorRegistry()
    for collector in (_Given(requests.collect()), _Given(metrics), ProcessCollector(registry=None)):
        registry.register(collector)
    return bytes(generate_latest(registry))


class _Given(Collector):
    """What was collected already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _by_labels(values: Values) -> Iterable[tuple[tuple[str, ...], float]]:
    return values.items() if isinstance(values, Mapping) else [((), values)]
