"""Records of runs are JSON that every reader accepts."""

import json

from lenswright.runs.payload import to_text


def test_a_loss_that_is_no_number_becomes_null() -> None:
    text = to_text({"loss": float("nan"), "deep": [{"x": float("inf")}], "accuracy": 0.5})
    assert json.loads(text) == {"loss": None, "deep": [{"x": None}], "accuracy": 0.5}
