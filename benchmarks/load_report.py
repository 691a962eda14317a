"""1, 2 and 3 instances under 100 and 200 Locust users: the table and the plots of the README.

`python -m benchmarks.load_report` takes about 6 minutes on a machine that does nothing else; it works in
a home of its own, with the bundled model, and writes README.md, docs/images/load-*.svg and a JSON file
under benchmarks/results/. `--dry` only prints.
"""

import argparse
import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.bar_chart import Bars
from benchmarks.instance import REPOSITORY
from benchmarks.load_cell import Asked, Cell, Plan, measure
from benchmarks.record import machine, save

README = REPOSITORY / "README.md"
IMAGES = REPOSITORY / "docs" / "images"
BEGIN, END = "<!-- load-report: begin -->\n", "<!-- load-report: end -->"
FASTER = 1.15  # times the requests; less is noise
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def table(cells: Sequence[Cell]) -> str:
    """Return the cells as a Markdown table, and each port's in a fold below it."""
    lines = [
        "| instances | users | requests/s | p50 | p95 | p99 | failures | CPU: instances, Locust |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for cell in cells:
        cpu = f"{cell.api_share:.0%}, {cell.locust_share:.0%}"
        lines.append(f"| {cell.instances} | {cell.users} | {_shown(cell.total)} | {cpu} |")
    lines += [
        *("", "<details><summary>The same, port by port</summary>", ""),
        "| instances | users | port | requests/s | p50 | p95 | p99 | failures |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for cell in cells:
        for number, port in enumerate(cell.ports, 1):
            lines.append(f"| {cell.instances} | {cell.users} | {_nth(number)} | {_shown(port)} |")
    return "\n".join([*lines, "", "</details>"]) + "\n"


def summary(cells: Sequence[Cell], plan: Plan, found: dict[str, Any]) -> str:
    """Return, in words, how the cells were measured and what they show."""
    most_users = max(cell.users for cell in cells)
    rates = {cell.instances: cell.total.per_s for cell in cells if cell.users == most_users}
    fewest, most = min(rates), max(rates)
    ratio = rates[most] / rates[fewest] if rates[fewest] else 0.0
    why = " Each one uses all CPUs already: on one machine more of them bring a spare part, not speed."
    return (
        f"Measured on {found['cpus']} CPUs that instances and Locust share (lenswright {found['lenswright']},"
        f" {found['at'][:10]}): {plan.seconds:.0f} s each, after {plan.warm_up_s:.0f} s that are left out;"
        " every user waits 0.05 to 0.5 s between requests.\n"
        f"With {most_users} users, {most} instances answered {ratio:.2f} times the requests of {fewest}."
        f"{why if most > fewest and ratio < FASTER else ''}"
        " Once the CPUs are full, more users wait longer; they are not answered faster.\n"
    )


def charts(cells: Sequence[Cell]) -> dict[str, str]:
    """Return the SVG files by name."""
    users = list(dict.fromkeys(cell.users for cell in cells))
    counts = list(dict.fromkeys(cell.instances for cell in cells))
    rate = {(cell.instances, cell.users): cell.total.per_s for cell in cells}
    throughput = Bars(
        "Requests answered",
        "a second",
        [_instances(count) for count in counts],
        {f"{n} users": [rate[count, n] for count in counts] for n in users},
    )
    latency = Bars(
        "Latency",
        "ms",
        [f"{_instances(cell.instances)}\n{cell.users} users" for cell in cells],
        {name: [cell.total.percentile(share) for cell in cells] for name, share in SHARES.items()},
    )
    return {"load-throughput.svg": throughput.svg(), "load-latency.svg": latency.svg()}


def section(cells: Sequence[Cell], plan: Plan, found: dict[str, Any]) -> str:
    """Return what stands between the markers of the README."""
    images = (
        "![Requests answered a second by 1, 2 and 3 instances](docs/images/load-throughput.svg)\n\n"
        "![Their latency: p50, p95, p99](docs/images/load-latency.svg)\n"
    )
    return f"{summary(cells, plan, found)}\n{table(cells)}\n{images}"


def with_section(text: str, made: str) -> str:
    """Return the README `text` with `made` between its markers."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + made + END + rest.split(END)[1]


def _shown(asked: Asked) -> str:
    times = " | ".join(f"{asked.percentile(share)} ms" for share in SHARES.values())
    return f"{asked.per_s:.0f} | {times} | {asked.failures} of {asked.requests:,}"


def _instances(count: int) -> str:
    return f"{count} instance" + ("s" if count > 1 else "")


def _nth(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")


def main() -> None:
    """Measure every cell and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--instances", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--users", type=int, nargs="+", default=[100, 200])
    parser.add_argument("--seconds", type=float, default=40, help="measured in each cell; default: 40")
    parser.add_argument("--warm-up", type=float, default=10, help="seconds left out; default: 10")
    parser.add_argument("--processes", type=int, default=1, help="of Locust; default: 1")
    parser.add_argument("--dry", action="store_true", help="print only, write nothing")
    wishes = parser.parse_args()
    plan, found, cells = Plan(wishes.seconds, wishes.warm_up, wishes.processes), machine(), []
    for instances, users in itertools.product(wishes.instances, wishes.users):
        with tempfile.TemporaryDirectory() as home:
            cells.append(measure(Path(home), instances, users, plan))
        print(f"{_instances(instances)}, {users} users: {_shown(cells[-1].total)}", flush=True)
    made = section(cells, plan, found)
    print(f"\n{made}")
    if not wishes.dry:
        README.write_text(with_section(README.read_text(), made))
        for name, svg in charts(cells).items():
            (IMAGES / name).write_text(svg)
        print(
            save("load", {"machine": found, "plan": asdict(plan), "cells": [asdict(cell) for cell in cells]})
        )


if __name__ == "__main__":
    main()
