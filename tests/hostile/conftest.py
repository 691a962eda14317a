"""One service for each module of hostile tests."""

from collections.abc import Iterator

import pytest

from tests.hostile.service import HostileService, hostile_service
from tests.hostile.tally import Tally


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileService]:
    with hostile_service(tmp_path_factory.mktemp("hostile")) as running:
        yield running


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Counts the answers of one test, and reports them at its end."""
    counted = Tally(request.node.name)
    yield counted
    counted.report()
