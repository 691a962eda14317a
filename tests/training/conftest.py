"""Tests of training live with one warning of Keras that is not ours to mend."""

from pathlib import Path

import pytest

# Keras 3.15 turns variables into arrays in a way NumPy 2.4 calls outdated
KERAS_ON_NUMPY = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(KERAS_ON_NUMPY))
