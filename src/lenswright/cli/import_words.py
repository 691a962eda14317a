"""What is said of an import: before, meanwhile and afterwards. Pure functions on its JSON."""

from lenswright.cli.change_words import batch
from lenswright.cli.client import Json
from lenswright.cli.data_tables import counts
from lenswright.cli.line import bar
from lenswright.cli.tables import duration

GO_ON = "What is in stays; run the same command again to go on."
LAYOUTS = {
    "folders": "a folder for each class",
    "csv": "labels from",
    "flat": "labels from the beginnings of file names",
    "none": "no labels",
}

LACKS = {"not_in_list": "the list does not name {}", "empty_in_list": "the list names {} without one"}


def announced(record: Json) -> str:
    """Return what will be done, and how the folder is understood."""
    layout = f"{LAYOUTS[record['layout']]}{' ' + record['list'] if record['list'] else ''}"
    lines = [
        f"{record['files']:,} files into {record['task']}, in the home {record['home']}.",
        f"Layout {record['layout']}: {layout}.",
    ]
    if record["done_before"]:
        lines.append(f"Going on: {record['done_before']:,} of them are in from an import that did not end.")
    return "\n".join([*lines, *record["notes"]])


def how_far(done: int, total: int, per_s: float | None) -> tuple[str, float]:
    """Return `[####....] 40 % · 400 of 1,000 photos · 210 photos/s · 3 s left`, and the share."""
    share = min(done / max(total, 1), 1.0)
    parts = [
        f"{bar(share)} {100 * share:.0f} %",
        f"{done:,} of {total:,} photos",
        f"{per_s:,.0f} photos/s" if per_s else "",
        f"{duration(max(total - done, 0) / per_s)} left" if per_s else "",
    ]
    return " · ".join(part for part in parts if part), share


def told(record: Json) -> str:
    """Return what an import came to: files by outcome, the first refused ones, its speed."""
    whole = f"{record['task']}: {counts(record['counts'])}."
    speed = f"{record['photos_per_s']:,.0f} photos/s" if record["done"] else ""
    lines = [
        f"{whole} {record['done']:,} files in {duration(record['seconds'])}{', ' + speed if speed else ''}."
    ]
    if record["label_conflicts"]:
        lines.append(
            f"{record['label_conflicts']:,} duplicates came with another label: lenswright conflicts"
        )
    lines += [_lack(why, number) for why, number in record["unlabelled"].items()]
    lines += [f"  {row['filename']}: {row['reason']}" for row in record["refused"]]
    if record["counts"].get("refused", 0) > len(record["refused"]):
        lines.append(f"  and more: lenswright batches {record['batch']} --outcome refused")
    unchanged = ("duplicate", "refused")
    changed = sum(number for outcome, number in record["counts"].items() if outcome not in unchanged)
    lines += batch(record["batch"], changed)
    if record["problem"]:
        lines.append(f"{record['problem']} {GO_ON}")
    return "\n".join(lines)


def _lack(why: str, photos: int) -> str:
    """Return `46 photos have no label: the list does not name them.`"""
    if photos == 1:
        return f"1 photo has no label: {LACKS[why].format('it')}."
    return f"{photos:,} photos have no label: {LACKS[why].format('them')}."
