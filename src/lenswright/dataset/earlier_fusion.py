"""A task that was fused before keeps what was held out then: other values would move whole labels."""

import json
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from lenswright.dataset.fusion_wish import FusionWish
from lenswright.errors import InputRefused
from lenswright.storage.dataset_tables import EditRow

NAMES = ("hold_out", "seed")
DEFAULTS = {"hold_out": 0.0, "seed": 0}


def as_before(session: Session, wish: FusionWish) -> FusionWish:
    """Return the wish with the `hold_out` and `seed` of the first fusion into its task that stands.

    Raises InputRefused if it names others.
    """
    query = select(EditRow.detail).where(
        EditRow.task == wish.task, EditRow.action == "fuse", EditRow.undone_by.is_(None)
    )
    first = session.scalar(query.order_by(EditRow.id).limit(1))
    earlier = DEFAULTS if first is None else DEFAULTS | json.loads(first)
    wanted = {name: getattr(wish, name) for name in NAMES}
    other = {name: value for name, value in wanted.items() if value is not None and value != earlier[name]}
    if first is not None and other:
        raise InputRefused(
            f"Expected the values that {wish.task!r} was made with, or none: {_shown(earlier)}."
            f" Received: {_shown(other)}. For others choose another name."
        )
    return (
        replace(wish, hold_out=float(earlier["hold_out"]), seed=int(earlier["seed"]))
        if first
        else (replace(wish, hold_out=wish.hold_out or 0.0, seed=wish.seed or 0))
    )


def _shown(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {values[name]}" for name in NAMES if name in values)
