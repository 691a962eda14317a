"""A record of a run as JSON text that every reader accepts: a loss of NaN becomes null."""

import json
import math
from typing import Any


def to_text(record: dict[str, Any]) -> str:
    """Return `record` as strict JSON; numbers that JSON cannot say (NaN, infinity) become null."""
    return json.dumps(_finite(record), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
