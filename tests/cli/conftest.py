"""The command line against a stand-in API that really listens."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from lenswright.cli.__main__ import main
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
