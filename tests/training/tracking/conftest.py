import pytest

from lenswright.runs.journal import Journal
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run
from lenswright.storage.database import Database


@pytest.fixture
def run(database: Database) -> Run:
    return Journal(database).create(TrainingRequest(task="dog-breeds", epochs=7), "here")
