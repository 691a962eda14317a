"""All checks of an installation, in the order in which one thing rests on another."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import lenswright
from lenswright.diagnosis import folders, machine, models, packages, stores
from lenswright.diagnosis.database import check_database
from lenswright.diagnosis.entrance import check_access
from lenswright.diagnosis.finding import Finding, ok, problem, warning
from lenswright.diagnosis.ports import check_port
from lenswright.errors import SettingsError
from lenswright.registry.bundle import Bundles
from lenswright.settings import PREFIX, Settings
from lenswright.storage.blobs import Blobs

CODE = Path(lenswright.__file__).resolve()
OTHERS = ("LENSWRIGHT_TEST_", "LENSWRIGHT_LOAD_")  # of the test suite, of the load test

log = logging.getLogger(__name__)


def examine(settings: Settings | SettingsError, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Return what every check found; without usable settings only what needs none is checked."""
    parts: list[Callable[[], Iterable[Finding]]] = [_software, _machine]
    if isinstance(settings, SettingsError):
        advice = "Correct it in the environment or in .env; all that rests on settings was not checked."
        first = [problem("settings", str(settings), advice)]
    else:
        first = [_settings(environment)]
        parts += [lambda: _home(settings), lambda: _state(settings), lambda: _ports(settings)]
        parts.append(lambda: [check_access(settings)])
    return first + [finding for part in parts for finding in _tried(part)]


def _tried(part: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """A check that breaks down is a finding, and must not hide the others."""
    found: list[Finding] = []
    try:
        found.extend(part())
    except Exception as exc:  # whatever it is that this machine does
        log.debug("a check broke down", exc_info=True)
        found.append(problem("doctor", f"a check broke down: {type(exc).__name__}: {exc}", "Report it."))
    return found


def _settings(environment: Mapping[str, str]) -> Finding:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    named = {name for name in environment if name.startswith(PREFIX) and not name.startswith(OTHERS)}
    if named - known:
        said = f"no such setting: {', '.join(sorted(named - known))}"
        return warning("settings", said, "Correct the name, or unset it; README lists all settings.")
    return ok("settings", f"readable; {len(named)} set in the environment")


def _software() -> Iterator[Finding]:
    yield packages.check_python()
    yield from packages.check_packages(packages.needed(), CODE.parents[2] / "requirements.txt")
    yield packages.check_training()


def _machine() -> Iterator[Finding]:
    yield machine.check_cpus()
    yield machine.check_memory(machine.available_bytes())


def _home(settings: Settings) -> Iterator[Finding]:
    yield machine.check_clock([CODE, settings.data_folder / "lenswright.db"])
    yield folders.check_home(settings.home)
    yield folders.check_disk(settings.home)
    for name in ("uploads", "models"):
        yield stores.check_store(name, settings.blobs_at(name))
    local = (
        []
        if "://" in settings.blob_url
        else [Path(settings.blobs_at(name)) for name in ("uploads", "models")]
    )
    yield folders.check_leftovers(settings.data_folder, local)


def _state(settings: Settings) -> Iterator[Finding]:
    findings, champions = check_database(settings.database)
    yield from findings
    yield from models.check_champions(Bundles(Blobs(settings.blobs_at("models"))), champions)
    yield from models.check_bundled(settings.bundled_models)
    yield stores.check_backbones(settings.backbone_weights, may_download=settings.allow_download)


def _ports(settings: Settings) -> Iterator[Finding]:
    yield check_port("API port", settings.host, settings.port, path="/health/live", sign=b'"status"')
    host, port = settings.dashboard_host, settings.dashboard_port
    yield check_port("dashboard port", host, port, path="/", sign=b"<title>lenswright")
