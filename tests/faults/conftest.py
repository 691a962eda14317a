"""What the tests of faults share: real services, and a note of each fault for the table in the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.service import Service, stock

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
def note(record_property: Callable[[str, object], None]) -> Note:
    """Note a row of the fault table (`python -m benchmarks.faults` prints it)."""

    def add(fault: str, *, seen: str, figure: str) -> None:
        for name, value in (("fault", fault), ("seen", seen), ("figure", figure)):
            record_property(name, value)

    return add
