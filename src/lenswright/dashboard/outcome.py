"""What came of a run, in one sentence: a run's JSON in, its kind of news and the words out."""

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
    if result.get("files"):
        return "good", f"Written: {', '.join(file['name'] for file in result['files'])}."
    if run["state"] == "stopped":
        return "calm", "Stopped before there was a result worth keeping."
    return "calm", "It ended without a model."


def _tuned(trials: list[Json]) -> str:
    best = formats.percent(trials[0].get("val_accuracy"))
    return (
        f"{formats.plural(len(trials), 'setting')} tried; the best reaches {best} on the validation photos."
    )


def _compared(leaderboard: list[Json]) -> str:
    first, n = leaderboard[0], formats.plural(len(leaderboard), "configuration")
    if first.get("accuracy") is None:
        return f"{n} tried, none of them could be trained."
    return (
        f"{n} compared; {first['name']} leads with {formats.percent(first['accuracy'])} on the test photos."
    )
