"""A real database, a real folder and an intake over them, for one test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lenswright.dataset.intake import Intake, IntakeResult, Upload
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database, open_database

NOW = 1_700_000_000.0

Take = Callable[..., list[IntakeResult]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'data' / 'lenswright.db'}")
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(str(tmp_path / "uploads"))


@pytest.fixture
def intake(database: Database, blobs: Blobs) -> Intake:
    return Intake(database, blobs, limits=DecodeLimits(), clock=lambda: NOW)


@pytest.fixture
def take(intake: Intake) -> Take:
    """Take uploads into the task `shapes`; return what became of them."""

    def take_all(*uploads: Upload, task: str = "shapes") -> list[IntakeResult]:
        return list(intake.take(task, uploads, source="test"))

    return take_all
