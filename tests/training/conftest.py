"""A home for whole runs; and tests of training live with one warning of Keras that is not ours to mend."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenswright.settings import Settings
from lenswright.training.workbench import Workbench
from tests.training.tiny_home import ship_tiny_model

# Keras 3.15 turns variables into arrays in a way NumPy 2.4 calls outdated
KERAS_ON_NUMPY = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(KERAS_ON_NUMPY))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models folder of a fresh home; its model lends a backbone that answers in a millisecond."""
    return ship_tiny_model(tmp_path_factory.mktemp("shipped") / "models")


@pytest.fixture
def bench(tmp_path: Path, shipped: Path) -> Iterator[Workbench]:
    """The stores of a fresh home without photos, its settings blind to the environment."""
    shutil.copytree(shipped, tmp_path / "models")
    opened = Workbench.open(Settings(home=tmp_path, allow_download=False))
    yield opened
    opened.database.close()
