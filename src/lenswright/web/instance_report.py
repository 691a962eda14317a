"""The instances that share this home, each and all together, as JSON."""

from collections.abc import Sequence
from typing import Any

from lenswright.monitoring.instance import Instance, LiveInstance
from lenswright.monitoring.traffic import all_traffic
from lenswright.web.times import iso


def instances_report(alive: Sequence[LiveInstance], own_id: str) -> dict[str, Any]:
    """Return `instances`, with the one of `own_id` marked as the one that answers, and their sum."""
    figures = [one.figures for one in alive]
    return {
        "instances": [_live_entry(one, answers=one.instance.id == own_id) for one in alive],
        "all_instances": {
            "count": len(alive),
            "requests": all_traffic([each.traffic for each in figures]).entry(),
            "queue_length": sum(each.queue_length for each in figures),
            "memory_bytes": sum(each.memory_bytes for each in figures),
        },
    }


def instance_entry(instance: Instance) -> dict[str, Any]:
    """Return who an instance is."""
    return {**vars(instance), "started_at": iso(instance.started_at)}


def _live_entry(one: LiveInstance, *, answers: bool) -> dict[str, Any]:
    return {
        **instance_entry(one.instance),
        "answers": answers,
        "versions": dict(one.figures.versions),
        "requests": one.figures.traffic.entry(),
        "queue_length": one.figures.queue_length,
        "memory_bytes": one.figures.memory_bytes,
    }
