"""Where a run is and what came of it, in words: a run's JSON in, text out."""

from lenswright.dashboard import formats
from lenswright.dashboard.api_client import Json

ACTIVE = ("queued", "running")


def outcome(run: Json) -> tuple[str, str]:
    """Return (`good`, `warning`, `bad` or `calm`, sentence) of a run that has ended."""
    if run.get("error"):
        return "bad", str(run["error"])
    judged, result = run.get("verdict"), run.get("result") or {}
    if judged:
        return "good" if judged["promote"] else "warning", str(judged["reason"])
    if result.get("trials"):
        return "good", _tuned(result["trials"])
    if result.get("leaderboard"):
        return "good", _compared(result["leaderboard"])
    if run.get("kind") == "check" and "suggestions" in result:
        return "good", _checked(result)
    if result.get("files"):
        return "good", f"Written: {', '.join(file['name'] for file in result['files'])}."
    if run["state"] == "stopped":
        return "calm", "Stopped before there was a result worth keeping."
    return "calm", "It ended without a model."


def step(run: Json) -> tuple[str, int | None, int | None]:
    """Return what the run counts (`Epoch` or `Trial`), which one it is at, and of how many if that is known.

    The epochs of a comparison are those of its present configuration, so nobody knows of how many.
    """
    asked, at = run.get("request") or {}, run.get("epoch") or None
    if run.get("kind") == "tune":
        return "Trial", at, asked.get("trials")
    if run.get("kind") == "compare":
        return "Epoch", at, None
    return (
        "Epoch",
        at,
        asked.get("fine_tune_epochs") if run.get("phase") == "fine-tuning" else run.get("epochs"),
    )


def _tuned(trials: list[Json]) -> str:
    best = formats.percent(trials[0].get("val_accuracy"))
    return (
        f"{formats.plural(len(trials), 'setting')} tried; the best reaches {best} on the validation photos."
    )


def _checked(result: Json) -> str:
    joined = (result.get("regrouped") or {}).get("groups") or 0
    doubtful = formats.plural(result["suggestions"], "doubtful label")
    groups = f", {formats.plural(joined, 'group')} of near-duplicates joined" if joined else ""
    return f"{formats.plural(result.get('photos') or 0, 'photo')} checked: {doubtful}{groups}."


def _compared(leaderboard: list[Json]) -> str:
    first, n = leaderboard[0], formats.plural(len(leaderboard), "configuration")
    if first.get("accuracy") is None:
        return f"{n} tried, none of them could be trained."
    return (
        f"{n} compared; {first['name']} leads with {formats.percent(first['accuracy'])} on the test photos."
    )
