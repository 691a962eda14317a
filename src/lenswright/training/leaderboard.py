"""The rows of a comparison: kept on disk as they finish, ranked with what chance allows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenswright.evaluation.gate import SIGNIFICANT, mcnemar
from lenswright.runs.request import TrainingRequest
from lenswright.training.run import Outcome

Row = dict[str, Any]
RightAnswers = Mapping[str, bool]  # by the SHA-256 of a test photo's pixels

MEASURED = "accuracy", "accuracy_low", "accuracy_high", "top5", "macro_f1", "log_loss", "ece"
SPENT = "seconds", "size_bytes", "latency_ms", "images_per_s"


@dataclass(frozen=True)
class FinishedRows:
    """The finished configurations in `file`, for a resumed comparison; `data_hash` names the photos:
    rows measured on others are no part of this comparison."""

    file: Path
    data_hash: str

    def find(self, request: TrainingRequest) -> Row | None:
        """Return the row of the configuration `request`, or None."""
        same = (entry["row"] for entry in self._entries() if entry["configuration"] == self._key(request))
        return next(same, None)

    def keep(self, request: TrainingRequest, row: Row) -> None:
        """Add a row; a crash while writing leaves the rows before."""
        part = self.file.with_suffix(".part")
        entries = [*self._entries(), {"configuration": self._key(request), "row": row}]
        part.write_text(json.dumps(entries, indent=1))
        part.replace(self.file)

    def _entries(self) -> list[Any]:
        return list(json.loads(self.file.read_text())) if self.file.exists() else []

    def _key(self, request: TrainingRequest) -> dict[str, Any]:
        return request.to_json() | {"data_hash": self.data_hash}


def trained_row(name: str, request: TrainingRequest, backbone: str, outcome: Outcome) -> Row:
    """Return the row of a configuration that made a version.

    `seconds`: what its steps took; features that another configuration had computed cost it nothing.
    `images_per_s`: its photos, of all splits, over those seconds. `latency_ms`: median of one photo.
    """
    result = outcome.result
    seconds = sum(result["seconds"].values())
    return {
        "name": name,
        "version": outcome.version,
        "preset": request.preset,
        "backbone": backbone,
        "weights": result["weights"],
        **{metric: result["metrics"].get(metric) for metric in MEASURED},
        "seconds": round(seconds, 1),
        "size_bytes": result["size_bytes"],
        "latency_ms": result["latency_ms"],
        "images_per_s": round(sum(result["photos"].values()) / max(seconds, 0.001), 1),
        "error": None,
    }


def failed_row(name: str, request: TrainingRequest, error: str) -> Row:
    """Return the row of a configuration that made no version, and why."""
    return {
        "name": name,
        "version": None,
        "preset": request.preset,
        "backbone": request.backbone,
        "weights": request.weights,
        **dict.fromkeys((*MEASURED, *SPENT)),
        "error": error,
    }


def ranked(rows: list[Row], right: Mapping[str, RightAnswers]) -> list[Row]:
    """Return the rows by accuracy, then log loss, with `rank`; those without a version last, unranked.

    `within_chance_of_best`: whether an exact McNemar test of its answers against those of the best, on
    the photos both answered, is not significant (p >= 0.05); None without such photos. `right`: the
    answers of each version.
    """
    order = sorted(
        (row for row in rows if row["version"]), key=lambda row: (-row["accuracy"], row["log_loss"])
    )
    best = right[order[0]["version"]] if order else {}
    placed = [
        {"rank": rank, **row, "within_chance_of_best": _within_chance(right[row["version"]], best)}
        for rank, row in enumerate(order, start=1)
    ]
    failed = [row for row in rows if not row["version"]]
    return placed + [{"rank": None, **row, "within_chance_of_best": None} for row in failed]


def _within_chance(ours: RightAnswers, best: RightAnswers) -> bool | None:
    common = ours.keys() & best.keys()
    if not common:
        return None
    gained = sum(ours[photo] and not best[photo] for photo in common)
    lost = sum(best[photo] and not ours[photo] for photo in common)
    return mcnemar(gained, lost) >= SIGNIFICANT
