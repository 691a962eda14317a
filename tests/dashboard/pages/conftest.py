"""What the Models page holds in its Stores."""

import pytest

from lenswright.dashboard.api_client import ApiClient
from lenswright.dashboard.pages import model_report, models


@pytest.fixture
def listed(api: ApiClient) -> dict:
    return models.fetch(api, {"reachable": True, "task": "cats-vs-dogs"}, None)


@pytest.fixture
def shown(api: ApiClient, listed: dict) -> dict:
    """The champion with its report."""
    return model_report.fetch(api, listed, None)


@pytest.fixture
def older(api: ApiClient, listed: dict) -> dict:
    """The bundled version: its report is that of an earlier lenswright."""
    version = next(model["version"] for model in listed["models"] if model["origin"] == "bundled")
    return model_report.fetch(api, listed, version)
