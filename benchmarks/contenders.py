"""Who is measured: lenswright and the peers, each started on the same model, each in its own environment."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import Request

from benchmarks.instance import REPOSITORY, Instance, free_port, running, running_api
from benchmarks.multipart import CONTENT_TYPE
from benchmarks.peers.environment import environment
from benchmarks.peers.photo_answer import PeerModel
from lenswright.diagnosis.serving_speed import serving_bundle
from lenswright.registry.bundle import MANIFEST, Bundles, Manifest
from lenswright.settings import load_settings
from lenswright.storage.blobs import Blobs

OURS = "lenswright"
PEERS = {
    "bare loop": "bare_loop",
    "bentoml": "bentoml_service",
    "litserve": "litserve_service",
    "keras": "keras_predict",
}
START_LIMIT_S = 180.0
TWIN = "-twin"


@dataclass(frozen=True)
class Measuring:
    """What all contenders serve: the bundle in `folder`, one worker or thread for each of `cpus`."""

    folder: Path
    manifest: Manifest
    cpus: int

    def peer_model(self) -> PeerModel:
        """Return what the peers need to know: the file that serves here, and how photos are framed."""
        spec, folder = self.manifest.input_spec, self.folder.resolve()
        return PeerModel(
            network=str(folder / self.manifest.network),
            keras=str(folder / "model.keras"),
            size_px=spec.size_px,
            framing=spec.framing,
            classes=self.manifest.classes,
        )


def chosen_bundle(bundle: Path | None, home: Path | None, task: str | None) -> tuple[Path, Manifest]:
    """Return folder and manifest of the model to measure: `bundle`, what serves in `home`, else ours."""
    task = task or load_settings().default_task
    if bundle is None and home is not None:
        manifest = serving_bundle(load_settings(home=home), task).manifest
        bundle = home / "models" / task / manifest.version
    if bundle is None:
        bundle = max(file.parent for file in (REPOSITORY / "models" / task).glob(f"*/{MANIFEST}"))
    task_folder, version = bundle.resolve().parent, bundle.resolve().name
    return bundle, Bundles(Blobs(str(task_folder.parent))).manifest(task_folder.name, version)


def new_home(folder: Path, measuring: Measuring, *, twin: bool = False) -> Path:
    """Make a home in `folder` that holds the model, and with `twin` the same under a second version."""
    manifest = measuring.manifest
    models = folder / "models" / manifest.task
    shutil.copytree(measuring.folder, models / manifest.version)
    if twin:
        other = replace(manifest, version=manifest.version + TWIN)
        shutil.copytree(measuring.folder, models / other.version)
        (models / other.version / MANIFEST).write_text(json.dumps(other.to_json()))
    return folder


def start_ours(home: Path, measuring: Measuring, photo: bytes) -> AbstractContextManager[Instance]:
    """Return the context of one API on `home`, with every setting as it comes."""
    return running_api(home, photo=photo, default_task=measuring.manifest.task)


@contextmanager
def start_peer(name: str, measuring: Measuring, form: bytes) -> Iterator[Instance]:
    """Run the peer `name` until the block ends; it is up once it classifies the photo in `form`.

    Raises PeerNotInstalled, or RuntimeError with its log if it does not start.
    """
    module = PEERS[name]
    port, programs = free_port(), environment(module) / "bin"
    first = Request(f"http://127.0.0.1:{port}/predict", form, {"Content-Type": CONTENT_TYPE})
    with tempfile.TemporaryDirectory() as folder:
        variables = _variables(measuring, port, folder)
        command = _command(module, programs, port, measuring.cpus)
        with running(command, first, port, variables, start_limit_s=START_LIMIT_S) as instance:
            yield instance


def _variables(measuring: Measuring, port: int, folder: str) -> Mapping[str, str]:
    return {
        **measuring.peer_model().to_environment(),
        "PEER_WORKERS": str(measuring.cpus),
        "PEER_PORT": str(port),
        "PYTHONPATH": str(REPOSITORY),
        "BENTOML_HOME": folder,
        "BENTOML_DO_NOT_TRACK": "true",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def _command(module: str, programs: Path, port: int, cpus: int) -> list[str]:
    target = f"benchmarks.peers.{module}"
    if module == "bentoml_service":
        return [str(programs / "bentoml"), "serve", f"{target}:Peer", "--port", str(port)]
    if module == "litserve_service":
        return [str(programs / "python"), "-m", target]
    granian = [str(programs / "granian"), "--interface", "wsgi", "--workers", "1", "--no-ws"]
    return [*granian, "--blocking-threads", str(cpus), "--port", str(port), "--factory", f"{target}:build"]
