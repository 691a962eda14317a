"""The command line against a stand-in API that really listens."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from lenswright.cli.__main__ import main
from tests.cli.data_api import DataApi
from tests.dashboard.fake_api import FakeApi


@dataclass(frozen=True)
class Called:
    """What one call of the command line came to."""

    status: int
    out: str
    err: str


@pytest.fixture
def lenswright(fake: FakeApi) -> Callable[..., Called]:
    """Return `lenswright("train", "--preset", "best")`, which calls the command line."""

    def call(command: str, *arguments: str) -> Called:
        out, err = io.StringIO(), io.StringIO()
        status = main([command, "--api-url", fake.url, *arguments], out, err)
        return Called(status, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def api() -> Iterator[DataApi]:
    """A stand-in API that answers what a test tells it to."""
    started = DataApi().start()
    yield started
    started.stop()


@pytest.fixture
def ask(api: DataApi) -> Callable[..., Called]:
    """Return `ask("photos", "--bin")`, which calls the command line with that API."""

    def call(command: str, *arguments: str) -> Called:
        out, err = io.StringIO(), io.StringIO()
        status = main([command, *arguments, "--api-url", api.url], out, err)
        return Called(status, out.getvalue(), err.getvalue())

    return call
