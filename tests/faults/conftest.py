"""What the tests of faults share: real services, and a note of each fault for the table in the end."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.service import Service, stock

TABLE = "LENSWRIGHT_FAULT_TABLE"  # names the file that takes the rows of the table

Note = Callable[..., None]
Serve = Callable[..., Service]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start services, by default on a home with two small models; none outlives the test."""
    started: list[Service] = []

    def start(home: Path | None = None, **settings: str) -> Service:
        if home is None:
            stock(home := tmp_path / "home")
        started.append(Service(home, **settings))
        return started[-1].start()

    yield start
    for service in started:
        service.close()


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Note a row of the fault table, which `python -m benchmarks.faults` prints."""

    def add(fault: str, *, seen: str, figure: str) -> None:
        row = {"fault": fault, "what a user sees": seen, "figure": figure, "test": request.node.name}
        if TABLE in os.environ:
            with Path(os.environ[TABLE]).open("a") as table:
                table.write(json.dumps(row) + "\n")

    return add
