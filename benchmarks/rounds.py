"""The rounds: every contender in turn starts, is warmed up, driven and stopped, alone on the machine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from benchmarks.http_load import Load, Measured
from benchmarks.instance import Instance
from benchmarks.multipart import CONTENT_TYPE, FormFile, encode
from benchmarks.wrk import Drive

WARM_UP_S = 2.0
BATCH_PHOTOS = 64
BATCH_BODIES = 3

Start = Callable[[], AbstractContextManager[Instance]]


@dataclass(frozen=True)
class Batched:
    """Photos per second through `/predict/batch` over one connection; memory in MB afterwards."""

    per_s: float
    errors: int
    memory_mb: float


@dataclass(frozen=True)
class Turn:
    """One contender in one round: what came back, by connections; memory in MB, start in seconds.

    `cpu_ms`: CPU time of the server's processes per right answer, by connections; what else the machine does
    changes it little. `batched`: None where batches were not asked for.
    """

    server: str
    start_s: float
    loads: Mapping[int, Measured]
    cpu_ms: Mapping[int, float]
    memory_mb: float
    all_memory_mb: float
    batched: Batched | None = None

    def to_json(self) -> dict[str, Any]:
        loads = {str(connections): load.to_json() for connections, load in self.loads.items()}
        return {**asdict(self), "loads": loads}


@dataclass(frozen=True)
class Drill:
    """What a contender goes through: `loads` by connections, then batches of `photos` where it can."""

    photos: Sequence[bytes]
    connections: Sequence[int]
    seconds: float
    drive: Drive = field(repr=False)

    def load(self, connections: int) -> Load:
        bodies = [encode([FormFile("image", "photo.jpg", photo)]) for photo in self.photos]
        return Load(bodies, CONTENT_TYPE, connections=connections, seconds=self.seconds)

    def batches(self) -> Load:
        """Return forms of `BATCH_PHOTOS` photos over one connection."""
        count = len(self.photos)
        bodies = [
            encode(
                FormFile("images", f"{number}.jpg", self.photos[(start + number) % count])
                for number in range(BATCH_PHOTOS)
            )
            for start in range(BATCH_BODIES)
        ]
        return Load(
            bodies,
            CONTENT_TYPE,
            "/predict/batch",
            connections=1,
            seconds=self.seconds,
            expected=b'"errors":0',
        )


def take_turns(starts: Mapping[str, Start], drill: Drill, rounds: int, batch_of: str) -> Iterator[Turn]:
    """Yield a turn of each contender in each round; who comes first changes from round to round.

    One at a time: some servers keep a core busy while they wait. `batch_of` is asked for batches, too.
    """
    names = list(starts)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            yield take_turn(name, starts[name], drill, batches=name == batch_of)


def take_turn(name: str, start: Start, drill: Drill, *, batches: bool) -> Turn:
    """Start one contender, drive it, weigh it, stop it."""
    with start() as server:
        most = max(drill.connections)
        drill.drive([server.url], replace(drill.load(most), seconds=WARM_UP_S))
        loads, cpu_ms = {}, {}
        for count in drill.connections:
            began_s = server.cpu_s()
            loads[count] = drill.drive([server.url], drill.load(count))
            cpu_ms[count] = (server.cpu_s() - began_s) * 1e3 / max(1, len(loads[count].latencies_ms))
        memory_mb, all_memory_mb = server.memory_mb(), server.all_memory_mb()
        batched = take_batches(server, drill) if batches else None
        return Turn(name, server.start_s, loads, cpu_ms, memory_mb, all_memory_mb, batched)


def take_batches(server: Instance, drill: Drill) -> Batched:
    """Send forms of many photos over one connection."""
    measured = drill.drive([server.url], drill.batches())
    return Batched(measured.per_s * BATCH_PHOTOS, measured.errors, server.memory_mb())
