"""JSON of a client in, a checked model out; whatever is wrong becomes one of our sentences."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lenswright.errors import InputRefused
from lenswright.runs.fields import fields_of

M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], record: dict[str, Any], names: Sequence[str], within: str = "") -> M:
    """Return `record` as a `model`; only the fields `names` may be given.

    Raises InputRefused naming the field, what was expected and what came. `within` is where the record
    itself came from, as in 'configurations[1]'.
    """
    unknown = sorted(set(record) - set(names))
    if unknown:
        where = f" in {within!r}" if within else ""
        raise InputRefused(
            f"Expected only the fields {', '.join(names)}{where}. Received also: {', '.join(unknown)}."
        )
    try:
        return model.model_validate(record)
    except ValidationError as exc:
        wrong = dict.fromkeys(str(error["loc"][0]) for error in exc.errors())
        sentences = [refusal(model, name, record.get(name), within) for name in wrong]
        raise InputRefused(" ".join(sentences)) from exc


def refusal(model: type[BaseModel], name: str, value: object, within: str = "") -> str:
    """Return the sentence that refuses `value` for the field `name` of `model`."""
    called = f"{within}.{name}" if within else name
    return f"Expected {called!r} to be {fields_of(model)[name].expected}. Received: {repr(value)[:200]}."
