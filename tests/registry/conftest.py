"""A real database and a real folder of bundles."""

from pathlib import Path

import pytest

from lenswright.registry.bundle import Bundles
from lenswright.storage.blobs import Blobs


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The folder in which `bundles` keeps its files."""
    return tmp_path / "models"


@pytest.fixture
def bundles(models: Path) -> Bundles:
    return Bundles(Blobs(str(models)))
