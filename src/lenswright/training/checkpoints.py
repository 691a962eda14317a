"""The whole state of a run in one file, replaced atomically: a crash costs one epoch at most."""

import json
import math
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

STATE = "state.npz"
BEST = "best.weights.h5"


@dataclass(frozen=True)
class Standing:
    """Where a run stands after `epoch` finished epochs.

    `elapsed_s`: training time over all resumes; `best_epoch` 0: none yet, or the start itself;
    `random`: state of the NumPy bit generator; `history`: one JSON-ready record per epoch.
    """

    epoch: int = 0
    elapsed_s: float = 0.0
    best_epoch: int = 0
    best_val_accuracy: float = -1.0
    best_val_loss: float = math.inf
    random: dict[str, Any] | None = None
    history: tuple[dict[str, Any], ...] = field(default=())


def save_checkpoint(folder: Path, standing: Standing, groups: dict[str, list[Any]]) -> None:
    """Write `standing` and the named lists of variables to `folder`, all or nothing."""
    arrays: dict[str, Any] = {"standing": np.array(json.dumps(asdict(standing)))}
    for name, variables in groups.items():
        arrays |= {f"{name}/{i}": np.asarray(variable) for i, variable in enumerate(variables)}
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{STATE}.partial"
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / STATE)


def load_checkpoint(folder: Path, groups: dict[str, list[Any]]) -> Standing | None:
    """Set the variables of `groups` as `save_checkpoint` stored them; None if nothing is there.

    Raises ValueError if the stored variables are those of another model.
    """
    if not (folder / STATE).is_file():
        return None
    with np.load(folder / STATE, allow_pickle=False) as stored:
        record = json.loads(str(stored["standing"]))
        for name, variables in groups.items():
            count = sum(key.startswith(f"{name}/") for key in stored.files)
            if count != len(variables):
                raise ValueError(
                    f"Expected {len(variables)} {name} variables in {folder}. Received: {count}."
                )
            for i, variable in enumerate(variables):
                variable.assign(stored[f"{name}/{i}"])
    return Standing(**{**record, "history": tuple(record["history"])})


def save_best(folder: Path, model: Any) -> Path:
    """Write the weights of `model` as the best so far and return their path."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "partial.weights.h5"  # Keras insists on this ending
    model.save_weights(str(partial))
    return partial.replace(folder / BEST)
