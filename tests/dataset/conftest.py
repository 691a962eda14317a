"""A real database, a real folder and an intake over them, for one test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lenswright.dataset.intake import Intake, IntakeResult, Upload
from lenswright.imaging.decode import DecodeLimits
from lenswright.storage.blobs import Blobs
from lenswright.storage.database import Database

NOW = 1_700_000_000.0

Take = Callable[..., list[IntakeResult]]


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
