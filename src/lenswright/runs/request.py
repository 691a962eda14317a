"""What a training run is asked to do: JSON from a client in, a checked frozen request out."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from lenswright.errors import InputRefused

Kind = Literal["train", "retrain"]
Preset = Literal["fast", "scratch"]
Backbone = Literal["auto", "mobilenet_v2", "mobilenet_v2_050"]
Weights = Literal["auto", "file", "imagenet", "bundled", "none"]


@dataclass(frozen=True)
class TrainingRequest:
    """One training job. Every field has a default, so an empty request trains the default task.

    `size_px`, `learning_rate`, `minutes`: None lets the preset choose. `views`: 1 trains on each
    photo as it is, 2 also on its mirror image, more on crops and turns of it. `patience`: epochs
    without improvement before it stops. `minutes`: time budget of the preset `scratch`.
    `resume_run`: continue what this earlier run left behind.
    """

    task: str = "cats-vs-dogs"
    kind: Kind = "train"
    preset: Preset = "fast"
    backbone: Backbone = "auto"
    weights: Weights = "auto"
    size_px: int | None = None
    epochs: int = 60
    batch_size: int = 64
    learning_rate: float | None = None
    dropout: float = 0.2
    views: int = 1
    patience: int = 10
    minutes: float | None = None
    seed: int = 0
    class_weights: bool = True
    resume_run: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "TrainingRequest":
        """Return the request. Raises InputRefused naming the field, what was expected and what came."""
        unknown = sorted(set(record) - set(RULES))
        if unknown:
            raise InputRefused(
                f"Expected only the fields {', '.join(RULES)}. Received also: {', '.join(unknown)}."
            )
        return cls(**{name: RULES[name](name, value) for name, value in record.items()})

    @classmethod
    def restored(cls, record: dict[str, Any]) -> "TrainingRequest":
        """Return a request as an earlier version may have stored it: fields unknown today are dropped."""
        return cls(**{name: value for name, value in record.items() if name in RULES})


Rule = Callable[[str, Any], Any]


def _refuse(name: str, expected: str, value: object) -> InputRefused:
    return InputRefused(f"Expected {name!r} to be {expected}. Received: {repr(value)[:200]}.")


def _name(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 100 or "/" in value:
        raise _refuse(name, "a name of 1 to 100 characters without a slash", value)
    return value.strip()


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(name, "true or false", value)
    return value


def _one_of(*choices: str) -> Rule:
    def rule(name: str, value: Any) -> str:
        if value not in choices:
            raise _refuse(name, f"one of {', '.join(choices)}", value)
        return str(value)

    return rule


def _integer(least: int, most: int) -> Rule:
    def rule(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _refuse(name, f"a whole number from {least} to {most}", value)
        return value

    return rule


def _number(least: float, most: float) -> Rule:
    def rule(name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise _refuse(name, f"a number from {least:g} to {most:g}", value)
        return float(value)

    return rule


def _or_null(rule: Rule) -> Rule:
    return lambda name, value: None if value is None else rule(name, value)


RULES: dict[str, Rule] = {
    "task": _name,
    "kind": _one_of("train", "retrain"),
    "preset": _one_of("fast", "scratch"),
    "backbone": _one_of("auto", "mobilenet_v2", "mobilenet_v2_050"),
    "weights": _one_of("auto", "file", "imagenet", "bundled", "none"),
    "size_px": _or_null(_integer(64, 320)),
    "epochs": _integer(1, 1000),
    "batch_size": _integer(4, 512),
    "learning_rate": _or_null(_number(1e-7, 10)),
    "dropout": _number(0, 0.9),
    "views": _integer(1, 16),
    "patience": _integer(1, 1000),
    "minutes": _or_null(_number(0.01, 10_080)),
    "seed": _integer(0, 2**31 - 1),
    "class_weights": _flag,
    "resume_run": _or_null(_integer(1, 2**62)),
}
if set(RULES) != {field.name for field in fields(TrainingRequest)}:  # a new field needs its rule
    raise TypeError("RULES and TrainingRequest differ")
