"""One whole service in this process for hostile requests: tiny real model, some photos, no real training."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiflask import APIFlask

from lenswright.registry.bundle import Bundles
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.web.app import create_app
from lenswright.web.services import Services, build_services
from tests.models import write_tiny_bundle
from tests.web.ordering import upload

TRAINER = Path(__file__).parents[1] / "jobs" / "fake_trainer.py"


@dataclass(frozen=True)
class HostileService:
    """The services and the app over them; `photos` are the ids of labelled ones."""

    services: Services
    app: APIFlask
    photos: list[int]


@contextmanager
def hostile_service(home: Path, **changes: Any) -> Iterator[HostileService]:
    """Run one on `home` until the block ends; `changes` replace settings."""
    write_tiny_bundle(Bundles(Blobs(str(home / "models"))))
    unlimited = {"wrong_keys_per_minute": 0, "requests_per_minute": 0}
    settings = Settings(home=home, _env_file=None, **unlimited | changes)  # type: ignore[call-arg]
    services = build_services(settings, trainer=[sys.executable, str(TRAINER), "obeys"])
    services.versions.adopt(None)
    services.live.refresh()
    services.supervisor.start()
    app = create_app(settings, services)
    client = app.test_client()
    photos = upload(client, 6, "cat") + upload(client, 6, "dog", first=6)
    try:
        yield HostileService(services, app, photos)
    finally:
        services.close()
