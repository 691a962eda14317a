"""A stored head comes back as it was, or is refused with what is wrong with it."""

import io
from typing import Any

import numpy as np
import pytest

from lenswright.errors import BundleRefused
from lenswright.registry.head import StoredHead
from tests.models import tiny_head


def packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_a_head_survives_its_file() -> None:
    head = StoredHead(*(getattr(tiny_head(3), name) for name in ("kernel", "bias")), temperature=1.5)
    found = StoredHead.from_bytes(head.to_bytes())
    np.testing.assert_array_equal(found.kernel, head.kernel)
    np.testing.assert_array_equal(found.bias, head.bias)
    assert found.temperature == 1.5
    assert found.kernel.dtype == found.bias.dtype == np.float32


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        packed(kernel=np.eye(2)),
        packed(kernel=np.eye(2), bias=np.zeros(3), temperature=1.0),
        packed(kernel=np.zeros(2), bias=np.zeros(2), temperature=1.0),
        packed(kernel=np.eye(2), bias=np.zeros(2), temperature=0.0),
        packed(kernel=np.eye(2), bias=np.zeros(2), temperature=np.ones(3)),
        packed(kernel=np.array(["a", "b"]), bias=np.zeros(2), temperature=1.0),
        tiny_head().to_bytes()[:-30],
    ],
)
def test_a_file_that_holds_no_head_is_refused(data: bytes) -> None:
    with pytest.raises(BundleRefused, match=r"head\.npz"):
        StoredHead.from_bytes(data)
