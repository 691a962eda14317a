"""A real database and a real folder of bundles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    yield opened
    opened.close()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The folder in which `bundles` keeps its files."""
    return tmp_path / "models"


@pytest.fixture
def bundles(models: Path) -> Bundles:
    return Bundles(Blobs(str(models)))
