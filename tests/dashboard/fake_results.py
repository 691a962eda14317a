"""What tuning and comparing come to in the fake API: made-up but plausible tables."""

import random
from typing import Any

from tests.dashboard.fake_data import Json


def trials(n: int) -> Json:
    """Return the result of a search over `n` settings of the head, the best first."""
    chance = random.Random(n)
    rows = [
        {
            **{"learning_rate": 10 ** chance.uniform(-4, -2), "weight_decay": 10 ** chance.uniform(-6, -3)},
            **{
                "dropout": round(chance.uniform(0, 0.5), 2),
                "label_smoothing": chance.choice([0.0, 0.05, 0.1]),
            },
            **{"mixup": chance.choice([0.0, 0.2]), "batch_size": chance.choice([32, 64, 128, 256])},
            **{"val_accuracy": 0.99 - 0.03 * (loss := chance.random()), "val_log_loss": 0.03 + 0.08 * loss},
            **{"epochs": chance.randint(11, 60), "seconds": chance.uniform(1.2, 4.8)},
        }
        for _ in range(n)
    ]
    rows.sort(key=lambda row: row["val_log_loss"])
    ranked: list[Json] = [{"rank": i, **row} for i, row in enumerate(rows, start=1)]
    tried = ("learning_rate", "weight_decay", "dropout", "label_smoothing", "mixup", "batch_size")
    best = {"task": "cats-vs-dogs", "preset": "fast", **{name: ranked[0][name] for name in tried}}
    return {"trials": ranked, "best": best}


def leaderboard(configurations: list[Json], versions: list[str | None], *, top5: bool) -> Json:
    """Return the result of a comparison; a configuration without a version failed."""
    rows = [
        _failed(wishes) if version is None else _measured(wishes, version, i, top5=top5)
        for i, (wishes, version) in enumerate(zip(configurations, versions, strict=True))
    ]
    rows.sort(key=lambda row: -(row["accuracy"] or 0))
    placed = [
        {
            **{"rank": i if row["version"] else None, **row},
            "within_chance_of_best": row["accuracy"] > 0.98 if row["version"] else None,
        }
        for i, row in enumerate(rows, start=1)
    ]
    return {"leaderboard": placed}


def _named(wishes: Json) -> Json:
    parts = {name: wishes.get(name, default) for name, default in DEFAULTS.items()}
    return {"name": " ".join(parts.values()).replace(" auto", ""), **parts}


DEFAULTS = {"preset": "fast", "backbone": "auto", "weights": "auto"}
MEASURED = (
    *("version", "accuracy", "accuracy_low", "accuracy_high", "top5", "macro_f1", "log_loss", "ece"),
    *("seconds", "size_bytes", "latency_ms", "images_per_s"),
)


def _failed(wishes: Json) -> Json:
    error = "Expected weights of VGG16. Received: no file, and downloads are switched off."
    return {**_named(wishes), **dict.fromkeys(MEASURED), "error": error}


def _measured(wishes: Json, version: str, i: int, *, top5: bool) -> Json:
    accuracy = (0.9812, 0.9875, 0.9354, 0.9021)[i % 4]
    values: tuple[Any, ...] = (
        *(version, accuracy, accuracy - 0.011 - 0.01 * (i > 1), accuracy + 0.008 + 0.006 * (i > 1)),
        *(0.998 if top5 else None, accuracy - 0.001, 0.061 + 0.05 * i, 0.008 + 0.003 * i),
        *(41.0 + 190 * i, 9_100_000 + 5_400_000 * i, 6.1 + 2.3 * i, 410.0 - 70 * i),
    )
    return {**_named(wishes), **dict(zip(MEASURED, values, strict=True)), "error": None}
