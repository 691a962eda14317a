"""JSON of the API about photos and data sets as lines of text. Pure functions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lenswright.cli.change_words import batch, undo_it
from lenswright.cli.client import Json
from lenswright.cli.tables import ABSENT, aligned, percent

FIRST_REFUSED, SHOWN_IDS = 10, 6
OUTCOMES = ("stored", "labelled", "restored", "duplicate", "duplicates", "refused")  # good news first
Table = Callable[[Sequence[Json]], str]


def page(found: Json, noun: str, table: Table) -> str:
    """Return one page of a list: its table, and how to see more."""
    rows, total = found[noun], found["total"]
    if not rows:
        return f"There are no {noun}." if not total else f"Page {found['page']} is beyond the last."
    return f"{table(rows)}\n{_where(found, noun)}"


def counts(outcomes: Mapping[str, int]) -> str:
    """Return `stored 9, duplicate 1`."""
    ordered = sorted(outcomes.items(), key=lambda item: OUTCOMES.index(item[0]) if item[0] in OUTCOMES else 0)
    return ", ".join(f"{name} {number:,}" for name, number in ordered if number) or "nothing"


def upload(answer: Json) -> str:
    """Return what became of the files of one upload, the refused ones with their reasons."""
    numbers = {name: answer.get(name, 0) for name in ("stored", "restored", "duplicates", "refused")}
    refused = [result for result in answer.get("results", ()) if result["outcome"] == "refused"]
    lines = [f"{answer['task']}: {counts(numbers)}."]
    lines += [f"  {result['filename']}: {result['reason']}" for result in refused[:FIRST_REFUSED]]
    if len(refused) > FIRST_REFUSED:
        lines.append(f"  and {len(refused) - FIRST_REFUSED:,} more")
    return "\n".join([*lines, *batch(answer.get("batch"), numbers["stored"] + numbers["restored"])])


def photos(rows: Sequence[Json]) -> str:
    """Return the table of photos."""
    heads = ["id", "label", "split", "pixels", "source", "batch", "group", "problems", "file"]
    cells = [
        [
            *(str(row["id"]), _text(row, "label"), _text(row, "split"), f"{row['width']}x{row['height']}"),
            *(_text(row, "source"), _text(row, "batch"), _text(row, "group")),
            *(" ".join(row.get("problems") or ()) or ABSENT, row["filename"]),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=(1, 2, 4, 7, 8))


def edits(rows: Sequence[Json]) -> str:
    """Return the table of edits, of uploads among them."""
    heads = ["id", "action", "when", "by", "state", "what"]
    cells = [
        [
            *(str(row["id"]), row["action"], _moment(row["at"]), row["by"], _state(row)),
            counts(row.get("counts") or {}),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=(1, 2, 3, 4, 5))


def edit(found: Json) -> str:
    """Return one edit: what it did to each photo or file, page by page."""
    entries = found["entries"]
    heads = ["photo", "outcome", "label", "split", "file", "reason"]
    cells = [
        [
            *(_text(row, "photo_id"), row["outcome"], _step(row, "label"), _step(row, "split")),
            *(_text(row, "filename"), _text(row, "reason")),
        ]
        for row in entries
    ]
    lines = [edits([found])]
    if cells:
        lines += ["", aligned(heads, cells, words=(1, 2, 3, 4, 5)), _where(found, "entries")]
    return "\n".join(lines)


def suggestions(rows: Sequence[Json]) -> str:
    """Return the table of labels that may be wrong."""
    heads = ["photo", "label", "rather", "label's share", "rather's", "file"]
    cells = [
        [
            *(str(row["photo"]["id"]), row["given"], row["suggested"], percent(row["self_confidence"])),
            *(percent(row["confidence"]), row["photo"]["filename"]),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=(1, 2, 5))


def groups(rows: Sequence[Json]) -> str:
    """Return the table of near-duplicates."""
    cells = [
        [
            *(str(row["group"]), f"{row.get('count', len(row['photos'])):,}"),
            ", ".join(str(photo["id"]) for photo in row["photos"][:SHOWN_IDS]),
            *(", ".join(label or "no label" for label in row["labels"]), "yes" if row["straddles"] else "no"),
        ]
        for row in rows
    ]
    return aligned(["group", "photos", "the first", "labels", "straddles splits"], cells, words=(2, 3, 4))


def conflicts(rows: Sequence[Json]) -> str:
    """Return the table of photos that came with two labels."""
    cells = [
        [
            *(str(row["photo"]["id"]), _text(row["photo"], "label"), _text(row, "other_label")),
            *(_text(row, "batch"), _moment(row.get("at")), _text(row, "filename")),
        ]
        for row in rows
    ]
    return aligned(["photo", "label", "other label", "batch", "when", "file"], cells, words=(1, 2, 4, 5))


def items(rows: Sequence[Json]) -> str:
    """Return the table of what waits for a person."""
    heads = ["item", "kind", "photo", "predicted", "confidence", "label", "suggested", "file"]
    cells = [
        [
            *(
                str(row["id"]),
                row["kind"],
                _text(row.get("photo") or {}, "id"),
                _text(row, "predicted_class"),
            ),
            *(percent(row.get("confidence")), _text(row, "given"), _text(row, "suggested")),
            _text(row.get("photo") or {}, "filename"),
        ]
        for row in rows
    ]
    return aligned(heads, cells, words=(0, 1, 3, 5, 6, 7))


def snapshots(rows: Sequence[Json]) -> str:
    """Return the table of frozen data sets."""
    cells = [
        [
            *(str(row["id"]), f"{row['photos']:,}", _moment(row["created_at"]), row["data_hash"][:12]),
            *(_listed(row.get("runs")), _listed(row.get("versions"))),
        ]
        for row in rows
    ]
    return aligned(["id", "photos", "when", "hash", "runs", "versions"], cells, words=(2, 3, 4, 5))


def snapshot(found: Json) -> str:
    """Return one frozen data set, page by page."""
    cells = [
        [
            *(str(row["photo_id"]), row["label"], row["split"]),
            "gone" if row["gone"] else _text(row, "label_now"),
        ]
        for row in found["photos"]
    ]
    total = found.get("total", len(cells))
    lines = [snapshots([{**found, "photos": total}])]
    if cells:
        table = aligned(["photo", "label", "split", "now"], cells, words=(1, 2, 3))
        lines += ["", table, _where({**found, "total": total}, "photos")]
    return "\n".join(lines)


def fused(done: Json) -> str:
    """Return what a fusion came to."""
    held = {label: names for label, names in (done.get("held_out") or {}).items() if names}
    numbers = {name: done.get(name, 0) for name in ("stored", "labelled", "restored", "duplicates")}
    changed = sum(numbers.values()) - numbers["duplicates"]
    lines = [
        f"{done['task']}: {counts(numbers)}.{undo_it(done.get('edit') if changed else None)}",
        f"Classes: {counts(done.get('classes') or {})}. Splits: {counts(done.get('splits') or {})}.",
        *(f"Held out of {label} for the test: {', '.join(names)}." for label, names in held.items()),
    ]
    if done.get("conflicts"):
        lines.append(f"{done['conflicts']:,} have another label there, which they keep: lenswright conflicts")
    return "\n".join(lines)


def advice(said: Json) -> str:
    """Return what would help most: sentences, then the figures they rest on."""
    curve = [[f"{row['photos']:,}", percent(row["accuracy"])] for row in said.get("curve") or ()]
    classes = [
        [row["label"], f"{row['photos']:,}", percent(row.get("recall")), percent(row.get("gain"))]
        for row in said.get("classes") or ()
    ]
    pairs = [[row["truth"], row["predicted"], f"{row['count']:,}"] for row in said.get("pairs") or ()]
    parts = [
        "\n".join(said.get("words") or ()),
        aligned(["photos", "accuracy"], curve, words=()) if curve else "",
        aligned(["class", "photos", "recall", "gain"], classes) if classes else "",
        aligned(["is", "taken for", "times"], pairs, words=(0, 1)) if pairs else "",
    ]
    return "\n\n".join(part for part in parts if part) or "There is no advice yet."


def _where(found: Json, noun: str) -> str:
    at, total = found["page"], found["total"]
    pages = -(-total // found["page_size"])
    more = f" Next: --page {at + 1}" if at < pages else ""
    return f"Page {at} of {pages}, {total:,} {noun}.{more}"


def _state(row: Json) -> str:
    if row.get("undone_by"):
        return f"undone by {row['undone_by']}"
    if row.get("undoes"):
        return f"undoes {row['undoes']}"
    return "done" if row.get("ended_at") else "not ended"


def _step(row: Json, name: str) -> str:
    before, after = row.get(f"{name}_before"), row.get(f"{name}_after")
    if before == after or before is None:
        return after or ABSENT
    return f"{before} -> {after or ABSENT}"


def _moment(text: str | None) -> str:
    """Return `2026-11-21 16:30` of an ISO time."""
    return text[:16].replace("T", " ") if text else ABSENT


def _listed(names: Sequence[Any] | None) -> str:
    return ", ".join(str(name) for name in names or ()) or ABSENT


def _text(row: Json, name: str) -> str:
    found = row.get(name)
    return ABSENT if found is None or found == "" else str(found)
