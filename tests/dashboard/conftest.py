"""A fake API for each test that wants one, and a client of it."""

import logging
from collections.abc import Iterator

import pytest

from lenswright.dashboard.api_client import ApiClient
from tests.dashboard.fake_api import FakeApi


@pytest.fixture(autouse=True, scope="session")
def quiet_server() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


@pytest.fixture
def fake() -> Iterator[FakeApi]:
    api = FakeApi(photos=60, train_s=0.4).start()
    yield api
    api.stop()


@pytest.fixture
def api(fake: FakeApi) -> ApiClient:
    return ApiClient(fake.url)
