"""How fast the API answers, beside peers on the same model file, the same photos, the same machine.

    python -m benchmarks.serving
    python -m benchmarks.serving --peers "bare loop" --rounds 5 --swaps 0
    python -m benchmarks.serving --bundle models/cats-vs-dogs/<version> --plot docs/images/serving.svg

One contender at a time is started, warmed up, driven over 8 connections and over 1, and stopped; so in
several rounds, of which the medians count. Prints a table and which goals are met.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import record
from benchmarks.contenders import OURS, PEERS, Measuring, chosen_bundle, new_home, start_ours, start_peer
from benchmarks.floor import measure_floor
from benchmarks.goals import reached
from benchmarks.peers.environment import PeerNotInstalled, environment
from benchmarks.photos import photo_pool
from benchmarks.rounds import Drill, Start, Turn, take_turns
from benchmarks.serving_plot import Bar, serving_plot
from benchmarks.swaps import Weighed, weigh
from benchmarks.wrk import best_driver
from lenswright.cpus import cpu_count

POOL = 100


def read_arguments() -> argparse.Namespace:
    """Return what to measure and how long."""
    parser = argparse.ArgumentParser(description="Measure the API beside its peers on the same model.")
    model = parser.add_mutually_exclusive_group()
    model.add_argument("--bundle", type=Path, help="folder of one model version (default: the bundled model)")
    model.add_argument("--home", type=Path, help="a home whose serving model is measured; it is only read")
    parser.add_argument("--task", help="the task of the model in --home (default: cats-vs-dogs)")
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--connections", type=int, nargs="+", default=[8, 1], help="the first decides")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each load in each round")
    parser.add_argument("--rounds", type=int, default=3, help="taken in turns; the medians count")
    parser.add_argument("--photos", type=Path, help="folder of photos (default: drawn, 486x374, 21 KB)")
    parser.add_argument("--tool", choices=["auto", "wrk", "own"], default="auto", help="what makes the load")
    parser.add_argument("--requests", type=int, default=10_000, help="to answer before memory is weighed")
    parser.add_argument("--swaps", type=int, default=20, help="of the model meanwhile; 0: do not weigh")
    parser.add_argument("--plot", type=Path, help="also write the plot to this SVG file")
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    tool, drive = best_driver(given.tool)
    prepare(given.peers)
    facts = record.machine() | {"load_by": tool}
    measuring = Measuring(*chosen_bundle(given.bundle, given.home, given.task), cpus=cpu_count())
    drill = Drill(photo_pool(POOL, given.photos), given.connections, given.seconds, drive)
    with tempfile.TemporaryDirectory() as folder:
        starts = contenders(given.peers, measuring, drill, Path(folder, "home"))
        turns, floors = measure(starts, measuring, drill, given.rounds)
        weighed = weigh_ours(Path(folder, "twins"), measuring, drill, given) if given.swaps else None
    report(measuring, turns, floors, weighed, facts, given)


def prepare(peers: Sequence[str]) -> None:
    """Make the environments before anything is measured; end with the reason where that fails."""
    try:
        for peer in peers:
            environment(PEERS[peer])
    except PeerNotInstalled as exc:
        sys.exit(str(exc))


def contenders(peers: Sequence[str], measuring: Measuring, drill: Drill, home: Path) -> Mapping[str, Start]:
    """Return how each is started; ours always on the same new home."""
    new_home(home, measuring)
    form = drill.load(1).bodies[0]
    ours: dict[str, Start] = {OURS: lambda: start_ours(home, measuring, drill.photos[0])}
    return ours | {name: partial(start_peer, name, measuring, form) for name in peers}


def measure(
    starts: Mapping[str, Start], measuring: Measuring, drill: Drill, rounds: int
) -> tuple[list[Turn], list[float]]:
    """Return the turns, and the physical floor in photos per second, measured once in each round."""
    turns: list[Turn] = []
    floors: list[float] = []
    for turn in take_turns(starts, drill, rounds, batch_of=OURS):
        turns.append(turn)
        shown = ", ".join(f"{load.per_s:.0f}/s over {count}" for count, load in turn.loads.items())
        print(f"{turn.server}: {shown}", flush=True)
        if turn.server == OURS:
            model = measuring.peer_model()
            floors.append(measure_floor(model, drill.photos, drill.seconds / 2, measuring.cpus))
            print(f"physical floor: {floors[-1]:.0f}/s", flush=True)
    return turns, floors


def weigh_ours(folder: Path, measuring: Measuring, drill: Drill, given: argparse.Namespace) -> Weighed:
    """Return what many requests and swaps between the model and its twin leave in memory."""
    home = new_home(folder, measuring, twin=True)
    start, load = start_ours(home, measuring, drill.photos[0]), drill.load(given.connections[0])
    return weigh(start, load, drill.drive, requests=given.requests, swaps=given.swaps)


def rows_of(turns: Sequence[Turn], connections: Sequence[int]) -> list[dict[str, Any]]:
    """Return the table: medians over the rounds, sums of errors; `ours_times`: lenswright's speed by this."""
    ours = {
        count: [turn.loads[count].per_s for turn in turns if turn.server == OURS] for count in connections
    }
    rows = []
    for count in connections:
        for name in dict.fromkeys(turn.server for turn in turns):
            own = [turn for turn in turns if turn.server == name]
            lines = [turn.loads[count].to_json() for turn in own]
            pairs = zip(ours[count], own, strict=True)
            ratios = [speed / turn.loads[count].per_s for speed, turn in pairs if turn.loads[count].per_s]
            rows.append(
                {
                    "server": name,
                    "connections": count,
                    **{
                        key: median(line[key] for line in lines)
                        for key in ("per_s", "p50_ms", "p95_ms", "p99_ms")
                    },
                    "errors": sum(line["errors"] for line in lines),
                    "ours_times": round(median(ratios), 2) if ratios else None,
                    "cpu_ms": median(turn.cpu_ms[count] for turn in own),
                    "memory_mb": median(turn.memory_mb for turn in own),
                    "all_mb": median(turn.all_memory_mb for turn in own),
                    "start_s": median(turn.start_s for turn in own),
                }
            )
    return rows


def report(
    measuring: Measuring,
    turns: Sequence[Turn],
    floors: Sequence[float],
    weighed: Weighed | None,
    facts: dict[str, Any],
    given: argparse.Namespace,
) -> None:
    """Print the tables; keep all of it, and the plot."""
    manifest, rows = measuring.manifest, rows_of(turns, given.connections)
    goals = [goal.to_json() for goal in reached(turns, floors, given.connections[0], weighed)]
    title = f"{manifest.backbone} at {manifest.input_spec.size_px} px, {manifest.network}"
    print(f"\n{title}; load by {facts['load_by']}; floor {median(floors):.0f} photos/s")
    print(record.table(rows))
    print(f"\nGoals, {given.connections[0]} connections:\n{record.table(goals)}")
    model = {"version": manifest.version, "backbone": manifest.backbone, "network": manifest.network}
    kept = record.save(
        "serving",
        {
            "machine": facts,
            "model": model | {"input": manifest.input_spec.to_json()},
            "settings": {name: str(value) for name, value in vars(given).items()},
            "rows": rows,
            "goals": goals,
            "floors_per_s": floors,
            "turns": [turn.to_json() for turn in turns],
            "memory": weighed and weighed.to_json(),
        },
    )
    drawn = serving_plot(bars_of(rows), median(floors), f"Requests per second: {title}")
    for file in filter(None, (kept.with_suffix(".svg"), given.plot)):
        file.write_text(drawn)
        print(file)
    print(kept)


def bars_of(rows: Sequence[Mapping[str, Any]]) -> list[Bar]:
    return [
        Bar(row["server"], row["connections"], row["per_s"], row["p50_ms"], row["p99_ms"]) for row in rows
    ]


if __name__ == "__main__":
    main()
