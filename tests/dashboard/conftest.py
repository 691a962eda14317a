"""A client of the stand-in API."""

import logging

import pytest

from lenswright.dashboard.api_client import ApiClient
from tests.dashboard.fake_api import FakeApi


@pytest.fixture(autouse=True, scope="session")
def quiet_server() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


@pytest.fixture
def api(fake: FakeApi) -> ApiClient:
    return ApiClient(fake.url)
