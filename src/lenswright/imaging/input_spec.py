"""What a model takes in: the size and the framing, stored in its bundle and obeyed everywhere."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from lenswright.errors import BundleRefused

Framing = Literal["squash", "crop"]


@dataclass(frozen=True)
class InputSpec:
    """A square RGB uint8 input of `size_px` pixels.

    `framing`: `squash` fits the whole photo in, ignoring its aspect ratio; `crop` keeps the
    aspect ratio and takes the central square.
    """

    size_px: int
    framing: Framing = "squash"

    def __post_init__(self) -> None:
        if self.framing not in get_args(Framing):
            raise BundleRefused(f"Expected a framing of {get_args(Framing)}. Received: {self.framing!r}.")
        if not 16 <= self.size_px <= 1024:
            raise BundleRefused(f"Expected an input size of 16 to 1024 px. Received: {self.size_px}.")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "InputSpec":
        return cls(size_px=int(record["size_px"]), framing=record["framing"])
