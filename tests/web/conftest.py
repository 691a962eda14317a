"""The whole API in one process, over real files and a tiny real model; only training is a fake."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.registry.bundle import Bundles
from lenswright.settings import Settings
from lenswright.storage.blobs import Blobs
from lenswright.web.app import create_app
from lenswright.web.services import Services, build_services
from tests.models import write_tiny_bundle
from tests.web.ordering import upload

TRAINER = Path(__file__).parents[1] / "jobs" / "fake_trainer.py"
Begin = Callable[..., Services]


@pytest.fixture
def begin(tmp_path: Path, database_url: str) -> Iterator[Begin]:
    """Start the services of one instance in `tmp_path`; `trainer` is how the fake trainer behaves."""
    begun: list[Services] = []

    def make(trainer: str = "obeys", **changes: Any) -> Services:
        settings = Settings(home=tmp_path, database_url=database_url, _env_file=None, **changes)  # type: ignore[call-arg]
        services = build_services(settings, trainer=[sys.executable, str(TRAINER), trainer])
        services.versions.adopt(None)
        services.live.refresh()
        services.supervisor.start()
        begun.append(services)
        return services

    yield make
    for services in begun:
        services.close()


@pytest.fixture
def with_model(tmp_path: Path) -> None:
    """Put a model of red cats and blue dogs where the services find it."""
    write_tiny_bundle(Bundles(Blobs(str(tmp_path / "models"))))


@pytest.fixture
def services(begin: Begin, with_model: None) -> Services:
    return begin()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return client_of(services)


def client_of(services: Services) -> FlaskClient:
    return create_app(services.settings, services).test_client()


@pytest.fixture
def ready(client: FlaskClient) -> FlaskClient:
    """A client of a service that has enough labelled photos."""
    upload(client, 6, "cat")
    upload(client, 6, "dog", first=6)
    return client
