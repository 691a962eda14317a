"""A home with a migrated database and one model that serves."""

import socket
from pathlib import Path

import pytest

from lenswright.registry.bundle import Bundles
from lenswright.registry.promotion import Promotion
from lenswright.settings import Settings, load_settings
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import open_database
from tests.models import TASK, VERSION, write_tiny_bundle


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    bundles = Bundles(Blobs(str(tmp_path / "home" / "models")))
    write_tiny_bundle(bundles, int8=True)
    database = open_database(f"sqlite:///{tmp_path / 'home' / 'data' / 'lenswright.db'}")
    Promotion(database).promote(TASK, VERSION, "", "test")
    database.close()
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(
        home=home, bundled_models=home / "models", port=free_port(), dashboard_port=free_port()
    )
