"""JSON of the API as lines of text: aligned tables and the sentence on a run. Pure functions."""

from collections.abc import Sequence
from typing import Any

from lenswright.cli.client import Json

ABSENT = "-"
GAP = "  "
TRIAL = ("learning_rate", "weight_decay", "dropout", "label_smoothing", "mixup", "batch_size", "epochs")


def aligned(heads: Sequence[str], rows: Sequence[Sequence[str]], *, words: Sequence[int] = (0,)) -> str:
    """Return the rows under their heads; the columns `words` are aligned left, all others right."""
    lines = [heads, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join(
        GAP.join(
            cell.ljust(width) if i in words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def percent(fraction: float | None) -> str:
    """Return `94.3 %` for 0.943."""
    return ABSENT if fraction is None else f"{100 * fraction:.1f} %"


def duration(seconds: float | None) -> str:
    """Return `42 s`, `3 min 05 s` or `2 h 14 min`."""
    if seconds is None:
        return ABSENT
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def number(value: Any, form: str = ".3g") -> str:
    """Return a number in `form`, `-` for none."""
    return ABSENT if value is None else format(value, form)


def trials(rows: Sequence[Json]) -> str:
    """Return the table of a search, as ranked."""
    heads = ["rank", "accuracy", "log loss", *(name.replace("_", " ") for name in TRIAL), "took"]
    cells = [
        [
            *(number(row.get("rank"), "d"), percent(row.get("val_accuracy"))),
            *(number(row.get("val_log_loss"), ".3f"), *(number(row.get(name)) for name in TRIAL)),
            duration(row.get("seconds")),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=())


def leaderboard(rows: Sequence[Json]) -> str:
    """Return the table of a comparison, as ranked; below it what is as good as the best, and what failed."""
    heads = ["rank", "configuration", "accuracy", "95 % interval", "top 5", "took", "MB", "ms", "version"]
    ranked = [_measured(row) for row in rows if not row.get("error")]
    table = [aligned(heads, ranked, words=(1, 8))] if ranked else []
    equal = [row["name"] for row in rows if row.get("within_chance_of_best") and row.get("rank") != 1]
    chance = [f"Within chance of the best: {', '.join(equal)}."] if equal else []
    return "\n".join(
        [*table, *chance, *(f"{row['name']}: {row['error']}" for row in rows if row.get("error"))]
    )


def runs(rows: Sequence[Json]) -> str:
    """Return the table of runs."""
    heads = ["run", "state", "kind", "preset", "took", "validation", "outcome"]
    cells = [
        [
            *(str(row["run_id"]), row["state"], row["kind"], row.get("preset") or ABSENT),
            *(duration(row.get("elapsed_s")), percent((row.get("metrics") or {}).get("val_accuracy"))),
            outcome(row),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=(1, 2, 3, 6))


def predictions(rows: Sequence[tuple[str, Json]]) -> str:
    """Return the table of answered photos."""
    cells = [
        [
            name,
            row["predicted_class"],
            percent(row["confidence"]),
            row["status"],
            row.get("request_id") or ABSENT,
        ]
        for name, row in rows
    ]
    return aligned(["photo", "class", "confidence", "status", "request"], cells, words=(0, 1, 3, 4))


def outcome(run: Json) -> str:
    """Return what came of a run in one sentence; "" while it goes on."""
    result = run.get("result") or {}
    if run.get("error"):
        return str(run["error"])
    if run.get("verdict"):
        return str(run["verdict"]["reason"])
    for name, noun, done in (("trials", "setting", "tried"), ("leaderboard", "configuration", "compared")):
        if result.get(name):
            return f"{len(result[name])} {noun}{'s' if len(result[name]) > 1 else ''} {done}."
    if run.get("kind") == "check" and "suggestions" in result:
        return _checked(result)
    if result.get("files"):
        return f"Written: {', '.join(file['name'] for file in result['files'])}."
    return "It ended without a result." if run["state"] in ("completed", "stopped") else ""


def _checked(result: Json) -> str:
    doubtful, groups = result["suggestions"], (result.get("regrouped") or {}).get("groups", 0)
    return f"Labels that may be wrong: {doubtful:,}. New groups of near-duplicates: {groups:,}."


def _measured(row: Json) -> list[str]:
    low, high, size = row.get("accuracy_low"), row.get("accuracy_high"), row.get("size_bytes")
    return [
        *(number(row.get("rank"), "d"), str(row["name"]), percent(row.get("accuracy"))),
        ABSENT if low is None or high is None else f"{100 * low:.1f} - {100 * high:.1f} %",
        *(percent(row.get("top5")), duration(row.get("seconds"))),
        *(number(None if size is None else size / 1e6, ".1f"), number(row.get("latency_ms"), ".1f")),
        row.get("version") or ABSENT,
    ]
