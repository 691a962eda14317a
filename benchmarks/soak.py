"""Whether the API stays as it is: mixed load for minutes, memory, descriptors and speed all along.

    python -m benchmarks.soak --minutes 10

Photos over 8 connections as fast as they are answered, `/status` every second, two photos uploaded every
five, a promotion or a roll-back every 30 s. After a warm-up minute, the means of the first and of the last
minute are compared. Exits with status 1 where memory grew by more than 5 %, descriptors grew, or a request
failed.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.contenders import Measuring, chosen_bundle, new_home, start_ours
from benchmarks.http_load import Load
from benchmarks.instance import Instance
from benchmarks.mixed_calls import MixedCalls
from benchmarks.multipart import CONTENT_TYPE, FormFile, encode
from benchmarks.photos import photo_pool
from benchmarks.soak_curve import Sample, compare, curve_plot, to_csv
from benchmarks.wrk import Drive, best_driver
from lenswright.cpus import cpu_count

POOL = 100
SLICE_S = 5.0
MOST_GROWTH = 1.05
MOST_MORE_DESCRIPTORS = 2.0  # a connection or a log file that is open at the moment of looking


@dataclass(frozen=True)
class Plan:
    """How long, over how many connections, and how often a model is swapped; seconds and minutes."""

    minutes: float
    warm_up_minutes: float
    connections: int
    swap_every_s: float


def read_arguments() -> argparse.Namespace:
    """Return what to do to the API and for how long."""
    parser = argparse.ArgumentParser(description="Load the API for minutes and watch what it holds on to.")
    parser.add_argument("--minutes", type=float, default=10.0, help="after the warm-up")
    parser.add_argument("--warm-up-minutes", type=float, default=1.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--swap-every-s", type=float, default=30.0)
    parser.add_argument(
        "--bundle", type=Path, help="folder of one model version (default: the bundled model)"
    )
    parser.add_argument("--tool", choices=["auto", "wrk", "own"], default="auto", help="what makes the load")
    parser.add_argument("--plot", type=Path, help="also write the curve to this SVG file")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    tool, drive = best_driver(given.tool)
    facts = record.machine() | {"load_by": tool}
    measuring = Measuring(*chosen_bundle(given.bundle, None, None), cpus=cpu_count())
    plan = Plan(given.minutes, given.warm_up_minutes, given.connections, given.swap_every_s)
    photos = photo_pool(POOL)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = new_home(Path(folder), measuring, twin=True)
        server = stack.enter_context(start_ours(home, measuring, photos[0]))
        samples, calls = soak(server, plan, photos, drive)
    sys.exit(0 if report(samples, calls, plan, facts, given.plot) else 1)


def soak(
    server: Instance, plan: Plan, photos: Sequence[bytes], drive: Drive
) -> tuple[list[Sample], dict[str, Any]]:
    """Return a sample of every slice of the load, and what the other calls came to."""
    bodies = [encode([FormFile("image", "photo.jpg", photo)]) for photo in photos]
    load = Load(bodies, CONTENT_TYPE, connections=plan.connections, seconds=SLICE_S)
    samples: list[Sample] = []
    slices = round((plan.minutes + plan.warm_up_minutes) * 60 / SLICE_S)
    with MixedCalls(server, plan.swap_every_s) as calls:
        for number in range(slices):
            errors = calls.errors
            measured = drive([server.url], load)
            others = calls.errors - errors
            at_s = (number + 1) * SLICE_S - plan.warm_up_minutes * 60
            samples.append(Sample.of(server, at_s, replace(measured, errors=measured.errors + others)))
            if number % 12 == 0:
                print(samples[-1].to_json(), flush=True)
    return samples, calls.to_json()


def report(
    samples: list[Sample], calls: dict[str, Any], plan: Plan, facts: dict[str, Any], plot: Path | None
) -> bool:
    """Print and keep the comparison and the curve; return whether nothing grew and nothing failed."""
    rows = compare(samples)
    memory, descriptors = rows["memory_mb"], rows["descriptors"]
    failed = sum(sample.errors for sample in samples)
    verdicts = {
        f"memory, last minute <= {MOST_GROWTH} x first": memory.ratio <= MOST_GROWTH,
        "no more descriptors": descriptors.last <= descriptors.first + MOST_MORE_DESCRIPTORS,
        "no failed request": failed == 0,
    }
    lines = [{"what": name, **row.to_json()} for name, row in rows.items()]
    print(f"{plan.minutes:g} minutes after {plan.warm_up_minutes:g} of warm-up; load by {facts['load_by']}")
    print(record.table(lines))
    print(f"Other calls: {calls}; failed requests: {failed}")
    for what, met in verdicts.items():
        print(f"{'met   ' if met else 'MISSED'} {what}")
    kept = record.save(
        "soak", {"machine": facts, "plan": plan.__dict__, "rows": lines, "calls": calls, "verdicts": verdicts}
    )
    kept.with_suffix(".csv").write_text(to_csv(samples))
    for file in filter(None, (kept.with_suffix(".svg"), plot)):
        file.write_text(curve_plot(samples))
        print(file)
    print(kept)
    return all(verdicts.values())


if __name__ == "__main__":
    main()
