"""What somebody wants fused: which photos of which tasks, under which labels, into which task."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lenswright.dataset.held_out import check_share
from lenswright.errors import InputRefused

OTHERS = "*"


@dataclass(frozen=True)
class FusionSource:
    """Photos of `task`, under the labels that `labels` gives to its own.

    `*` as a key stands for every label that is not named, as a value for the name a label has. None
    leaves photos out, as does a label that is neither named nor covered by `*`.
    """

    task: str
    labels: Mapping[str, str | None]


@dataclass(frozen=True)
class FusionWish:
    """Photos of `sources` into `task`, a slug, as theirs are; `hold_out` and `seed`: see `held_out`.

    None of them: as it was when the task was fused before, else 0.
    """

    task: str
    sources: tuple[FusionSource, ...]
    hold_out: float | None = None
    seed: int | None = None

    def check(self) -> None:
        """Raise InputRefused for a wish that no data set could fulfil."""
        check_share(self.hold_out or 0.0)
        names = [source.task for source in self.sources]
        if not names:
            raise InputRefused("Expected at least one source. Received: none.")
        if self.task in names:
            raise InputRefused(
                f"Expected sources other than the task {self.task!r} itself. Received: {', '.join(names)}."
            )
        if len(set(names)) < len(names):
            raise InputRefused(f"Expected each source once. Received: {', '.join(names)}.")

    def to_json(self) -> dict[str, Any]:
        """Return the wish as its edit keeps it."""
        return asdict(self)
