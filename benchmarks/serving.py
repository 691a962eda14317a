"""How fast the API answers, beside a bare Flask + ONNX Runtime loop on the same model file.

    python -m benchmarks.serving
    python -m benchmarks.serving --bundle models/cats-vs-dogs/<version> --connections 8 --seconds 15

Starts its own servers, sends photos over connections that stay open, and prints one line per server.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request

from benchmarks import record
from benchmarks.http_load import Load, Measured, drive
from benchmarks.instance import REPOSITORY, Instance, free_port, running, running_api
from benchmarks.multipart import CONTENT_TYPE, FormFile, encode
from benchmarks.photos import photo_pool
from lenswright.cpus import cpu_count
from lenswright.registry.bundle import Bundles, Manifest
from lenswright.storage.blobs import Blobs

WARM_UP_S = 2.0
POOL = 100


def read_arguments() -> argparse.Namespace:
    """Return what to measure and how long."""
    parser = argparse.ArgumentParser(description="Measure the API beside a bare loop on the same model.")
    model = parser.add_mutually_exclusive_group()
    model.add_argument("--bundle", type=Path, help="folder of one model version (default: the bundled model)")
    model.add_argument("--home", type=Path, help="a home whose serving model is measured")
    parser.add_argument("--instances", type=int, default=1, help="API processes, each on its own port")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3, help="taken in turns; the medians count")
    parser.add_argument(
        "--photos", type=Path, help="folder of photos to send (default: drawn, 486x374, 21 KB)"
    )
    parser.add_argument("--peer-threads", type=int, default=cpu_count())
    return parser.parse_args()


def main() -> None:
    given = read_arguments()
    facts = record.machine()
    pool = photo_pool(POOL, given.photos)
    bodies = [encode([FormFile("image", "photo.jpg", photo)]) for photo in pool]
    load = Load(bodies, CONTENT_TYPE, connections=given.connections, seconds=given.seconds)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        home = given.home or prepared_home(Path(folder), given.bundle)
        apis = [servers.enter_context(running_api(home, photo=pool[0])) for _ in range(given.instances)]
        manifest, file = serving_model(apis[0], home)
        peer = servers.enter_context(running_peer(manifest, file, pool[0], given.peer_threads))
        contenders = {"lenswright": apis, "bare loop": [peer]}
        rounds = measure(contenders, load, given.rounds)
        rows = [row(name, servers, rounds[name]) for name, servers in contenders.items()]
    report(rows, manifest, facts, vars(given))


def prepared_home(folder: Path, bundle: Path | None) -> Path:
    """Return a new home that holds `bundle`, or the models of this repository."""
    if bundle is None:
        shutil.copytree(REPOSITORY / "models", folder / "models")
    else:
        task, version = bundle.resolve().parts[-2:]
        shutil.copytree(bundle, folder / "models" / task / version)
    return folder


def serving_model(api: Instance, home: Path) -> tuple[Manifest, Path]:
    """Return the manifest and the network that `api` answers with."""
    status = api.get("/status")
    task, version = status["task"], status["model_version"]
    manifest = Bundles(Blobs(str(home / "models"))).manifest(task, version)
    return manifest, home / "models" / task / version / "model.onnx"


def running_peer(manifest: Manifest, file: Path, photo: bytes, threads: int) -> Any:
    """Return the context of the bare loop on the same network."""
    port = free_port()
    spec = manifest.input_spec
    command = [
        *("-m", "benchmarks.peer", "--model", str(file.resolve()), "--classes", "\t".join(manifest.classes)),
        *("--size-px", str(spec.size_px), "--framing", spec.framing),
        *("--port", str(port), "--threads", str(threads)),
    ]
    first = Request(f"http://127.0.0.1:{port}/predict", photo, {"Content-Type": "image/jpeg"})
    return running(command, first, port, {})


def measure(contenders: dict[str, list[Instance]], load: Load, rounds: int) -> dict[str, list[Measured]]:
    """Drive the contenders in turns, so that what else the machine does hits all of them alike."""
    urls = {name: [server.url for server in servers] for name, servers in contenders.items()}
    warm_up = Load(load.bodies, load.content_type, connections=load.connections, seconds=WARM_UP_S)
    for addresses in urls.values():
        drive(addresses, warm_up)
    turns = [{name: drive(addresses, load) for name, addresses in urls.items()} for _ in range(rounds)]
    return {name: [turn[name] for turn in turns] for name in contenders}


def row(name: str, servers: Sequence[Instance], rounds: Sequence[Measured]) -> dict[str, Any]:
    """Return one line of the table: medians over the rounds, sums of counts."""
    lines = [measured.to_json() for measured in rounds]
    middle = {
        key: round(median(line[key] for line in lines), 2) for key in ("per_s", "p50_ms", "p95_ms", "p99_ms")
    }
    return {
        "server": name,
        **middle,
        "requests": sum(line["requests"] for line in lines),
        "errors": sum(line["errors"] for line in lines),
        "memory_mb": round(max(server.memory_mb() for server in servers), 1),
        "start_s": round(max(server.start_s for server in servers), 2),
        "rounds_per_s": [line["per_s"] for line in lines],
    }


def report(
    rows: list[dict[str, Any]], manifest: Manifest, facts: dict[str, Any], given: dict[str, Any]
) -> None:
    """Print the table and the ratio; keep all of it."""
    ours, bare = rows
    ratio = round(median(a / b for a, b in zip(ours["rounds_per_s"], bare["rounds_per_s"], strict=True)), 3)
    model = {
        "version": manifest.version,
        "backbone": manifest.backbone,
        "input": manifest.input_spec.to_json(),
    }
    print(f"{manifest.backbone} at {manifest.input_spec.size_px} px, {given['connections']} connections")
    print(
        record.table([{key: value for key, value in line.items() if key != "rounds_per_s"} for line in rows])
    )
    print(f"lenswright answers {ratio} times as many requests as the bare loop.")
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}
    print(
        record.save(
            "serving", {"machine": facts, "model": model, "settings": settings, "rows": rows, "ratio": ratio}
        )
    )


if __name__ == "__main__":
    main()
