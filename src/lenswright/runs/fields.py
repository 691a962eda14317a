"""The fields of a pydantic model as people meet them: in a form, and in the sentence of a refusal.

All of it is read from the JSON schema of the model, so that nothing is written down twice.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

GROUP, PRESETS = "x-group", "x-presets"  # the names OpenAPI leaves to its users


@dataclass(frozen=True)
class RequestField:
    """`type`: integer, number, boolean, choice, text or list; `group` is "" for what no form offers.

    `presets`: those for which it makes a difference. `least`, `most`: the range, both included.
    """

    name: str
    type: str
    default: Any
    least: float | None
    most: float | None
    choices: tuple[str, ...]
    nullable: bool
    group: str
    presets: tuple[str, ...]
    help: str

    @property
    def expected(self) -> str:
        """What a value has to be, as it stands in "Expected 'epochs' to be ..."."""
        if self.type == "integer":
            return f"a whole number from {self.least:.0f} to {self.most:.0f}"
        return {
            "number": f"a number from {self.least or 0:g} to {self.most or 0:g}",
            "boolean": "true or false",
            "choice": f"one of {', '.join(self.choices)}",
            "list": f"a list of 1 to {self.most or 0:.0f} {self._items}",
        }.get(self.type, "a name of 1 to 100 characters without a slash")

    @property
    def _items(self) -> str:
        return f"of {', '.join(self.choices)}" if self.choices else "objects"


@lru_cache(maxsize=8)
def fields_of(model: type[BaseModel]) -> dict[str, RequestField]:
    """Return the fields of `model` by name, in its order."""
    properties = model.model_json_schema()["properties"]
    return {name: _field(name, schema) for name, schema in properties.items()}


def _field(name: str, schema: dict[str, Any]) -> RequestField:
    options = schema.get("anyOf", [schema])
    shape = next(option for option in options if option.get("type") != "null")
    return RequestField(
        name=name,
        type=_type(shape),
        default=schema.get("default"),
        least=shape.get("minimum", shape.get("minItems")),
        most=shape.get("maximum", shape.get("maxItems")),
        choices=tuple(shape.get("items", shape).get("enum", ())),
        nullable=len(options) > 1,
        group=schema.get(GROUP, ""),
        presets=tuple(schema.get(PRESETS, ())),
        help=schema.get("description", ""),
    )


def _type(shape: dict[str, Any]) -> str:
    if "enum" in shape:
        return "choice"
    kind: str = shape["type"]
    return {"string": "text", "array": "list"}.get(kind, kind)
