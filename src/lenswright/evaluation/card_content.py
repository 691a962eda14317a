"""What a model card says, whatever it is written in: manifest and report in, sections out.

Plain dicts in, nothing is measured here. Texts are plain, with `code` between backticks; what is in
them may come from users and is for the writer to escape. Reports of older versions lack the newer parts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lenswright.evaluation.calibration import FALSE_REJECT
from lenswright.evaluation.card_plots import learning_plots, ranking_plots, reliability_plot
from lenswright.evaluation.licence import licence_note
from lenswright.evaluation.svg_plot import Plot

LARGEST_MATRIX = 20  # more classes make no readable table; the report has all of them
MOST_CONFUSED = 10
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows under a header; a cell is anything that `str` makes readable."""

    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Section:
    """A heading and what is under it: texts, tables and plots in their order."""

    title: str
    blocks: Sequence[str | Table | Plot]


def title(manifest: Json) -> str:
    """Return the title of the card."""
    return f"{manifest['task']}, version {manifest['version']}"


def opening(manifest: Json, report: Json) -> str:
    """Return what stands under the title."""
    made = datetime.fromtimestamp(manifest["created_at"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    found, size_px = report["metrics"], manifest["input_spec"]["size_px"]
    return (
        f"An image classifier of {len(manifest['classes'])} classes, made by lenswright"
        f" {manifest['code_version']} on {made}. It answers {percent(found['accuracy'])} of"
        f" {found['test_photos']} unseen test photos rightly. The network"
        f" (`{manifest.get('network', 'model.onnx')}`) takes RGB photos, uint8 (N, {size_px}, {size_px}, 3),"
        " and gives calibrated probabilities, an embedding and a feature map."
    )


def sections(manifest: Json, report: Json, history: Sequence[Json] = ()) -> Iterator[Section]:
    """Yield the sections of the card; `history` are the epochs of its learning."""
    yield Section("Classes and data", _data(manifest))
    yield Section("Recipe", [_recipe(manifest), *_in_8_bits(manifest)])
    yield Section("Learning", learning_plots(history or report.get("epochs", ())))
    yield Section("Weights and licence", [licence_note(str(manifest["weights"]), str(manifest["backbone"]))])
    yield Section("Quality", [_quality(report), *ranking_plots(report.get("curves") or {})])
    yield Section("Per class", [_per_class(report)])
    yield Section("Confusion matrix", _confusion(report))
    yield Section("By source and status", _parts(report))
    yield Section("Calibration and unknown photos", _calibration(manifest, report))
    yield Section("Limits", [_limits(manifest)])
    yield Section("How it was measured", _method(manifest, report))


def _data(manifest: Json) -> list[str]:
    photos = manifest["training"].get("photos", {})
    counts = ", ".join(f"{count} {split}" for split, count in photos.items()) or "not recorded"
    snapshot = manifest["training"].get("snapshot")
    frozen = "" if snapshot is None else f" They are the data set {snapshot} of the home it was made in."
    return [
        ", ".join(manifest["classes"]) + ".",
        f"Photos: {counts}. Hash of the data: `{manifest['data_hash']}`.{frozen}",
    ]


def _recipe(manifest: Json) -> Table:
    training, spec = manifest["training"], manifest["input_spec"]
    rows = {
        "preset": manifest["preset"],
        "backbone": manifest["backbone"],
        "input": f"{spec['size_px']} px, {spec['framing']}",
        **{name: value for name, value in training.get("request", {}).items() if value is not None},
        **{f"seconds of {phase}": f"{seconds:.1f}" for phase, seconds in training.get("seconds", {}).items()},
    }
    return Table(("what", "value"), [*rows.items()])


def _in_8_bits(manifest: Json) -> Iterator[str]:
    found = manifest.get("int8") or {}
    if "accuracy_int8" in found:
        small, full, agreement = (
            percent(found[name]) for name in ("accuracy_int8", "accuracy_fp32", "agreement")
        )
        yield (
            f"In 8 bits the network was right on {small} of {found['photos']} validation photos, in 32 bits"
            f" on {full}; {agreement} were answered alike."
        )


def _quality(report: Json) -> Table:
    found = report["metrics"]
    rows = [
        ("accuracy", percent(found["accuracy"])),
        ("95 % interval (Wilson)", f"{percent(found['accuracy_low'])} to {percent(found['accuracy_high'])}"),
    ]
    if "top5" in found:
        rows.append(("right class among the first five", percent(found["top5"])))
    rows += [
        (f"{mean} {name}", number(found[f"{mean}_{key}"]))
        for mean in ("macro", "weighted")
        for key, name in (("precision", "precision"), ("recall", "recall"), ("f1", "F1"))
        if f"{mean}_{key}" in found
    ]
    rows += [
        (words, number(found[name]))
        for name, words in (
            ("roc_auc", "ROC AUC, one against the rest, macro"),
            ("average_precision", "average precision, one against the rest, macro"),
            ("log_loss", "log loss (nats)"),
            ("log_loss_before", "log loss before temperature scaling"),
        )
        if name in found
    ]
    return Table((f"on {found['test_photos']} test photos", "value"), rows)


def _per_class(report: Json) -> Table:
    names = ("precision", "recall", "f1")
    rows = [
        (score["label"], *(number(score[name]) for name in names), score["support"])
        for score in report["per_class"]
    ]
    return Table(("class", *names, "test photos"), rows)


def _confusion(report: Json) -> list[str | Table]:
    classes, counts = report["confusion_matrix"]["classes"], report["confusion_matrix"]["counts"]
    if len(classes) <= LARGEST_MATRIX:
        rows = [(name, *row) for name, row in zip(classes, counts, strict=True)]
        return [Table(("true \\ answered", *classes), rows)]
    worst = [
        (pair["label"], pair["predicted"], pair["count"], percent(pair["share"]))
        for pair in report["most_confused"][:MOST_CONFUSED]
    ]
    table = Table(("true", "answered", "photos", "of the class"), worst)
    return ["The most frequent mistakes; `report.json` has the whole matrix.", table]


def _parts(report: Json) -> list[str | Table]:
    blocks: list[str | Table] = []
    if groups := report.get("groups"):
        blocks.append(
            f"The test photos are {groups['count']} groups of near-duplicates. Where each group counts once,"
            f" {percent(groups['accuracy'])} are right ({percent(groups['accuracy_low'])} to"
            f" {percent(groups['accuracy_high'])})."
        )
    for key, name in (("per_source", "source"), ("statuses", "status of the answer")):
        if parts := report.get(key):
            rows = [(part["name"], part["photos"], *_interval(part)) for part in parts]
            blocks.append(Table((name, "test photos", "right", "95 % interval"), rows))
    return blocks


def _interval(part: Json) -> tuple[str, str]:
    if part["accuracy"] is None:
        return "-", "-"
    return percent(part["accuracy"]), f"{percent(part['accuracy_low'])} to {percent(part['accuracy_high'])}"


def _calibration(manifest: Json, report: Json) -> list[str | Table | Plot]:
    found = report["metrics"]
    before = f", {percent(found['ece_before'])} before it" if "ece_before" in found else ""
    lines = (
        f"Temperature {number(manifest['temperature'])}, fitted on validation photos; expected calibration"
        f" error on the test photos {percent(found['ece'])}{before}."
        f" Answers with a confidence under {percent(manifest['accept_threshold'])} are called uncertain. "
    )
    if manifest["unknown_distance"] is None:
        lines += "Photos are not checked for being unlike all training photos."
    else:
        asked = manifest["training"].get("request", {}).get("false_reject", FALSE_REJECT)
        lines += (
            "Photos whose centred cosine distance to the fifth nearest training embedding is over"
            f" {number(manifest['unknown_distance'])} are called unknown; at most {percent(asked)} of"
            " the validation photos are."
        )
    header = ("confidence", "photos", "mean", "right")
    bins = [
        (
            f"{cell['low']:.2f} to {cell['high']:.2f}",
            cell["count"],
            number(cell["confidence"]),
            number(cell["accuracy"]),
        )
        for cell in report["reliability"]
    ]
    return [lines, reliability_plot(report), Table(header, bins)]


def _limits(manifest: Json) -> str:
    return (
        "It knows its classes only, and names one of them for whatever it is shown; the status `unknown`"
        " catches other photos only in part. The numbers hold for photos like the test photos: other"
        " cameras, drawings, crops or several subjects in one photo will do worse. It sees"
        f" {manifest['input_spec']['size_px']} px: what is small in the photo is lost. It is not made for"
        " decisions about people."
    )


def _method(manifest: Json, report: Json) -> list[str]:
    verdict = report.get("verdict") or {}
    blocks = [
        "The test photos were neither trained on nor used to choose anything; near-duplicates of a photo are"
        " always in its own split. They were answered through the serving path itself (decoder, ONNX Runtime"
        " network, calibration included). The exported network differs from the trained one by at most"
        f" {manifest['parity']:.2g} in any probability."
    ]
    if verdict.get("reason"):
        blocks.append(f"The gate: {verdict['reason']}")
    if (numbers := verdict.get("numbers") or {}).get("difference_low") is not None:
        blocks.append(
            f"Difference to the champion {100 * numbers['difference']:+.1f} points, 95 % interval"
            f" {100 * numbers['difference_low']:+.1f} to {100 * numbers['difference_high']:+.1f} (paired"
            f" bootstrap); {numbers['gained']} of the photos that it gets wrong are right now, and"
            f" {numbers['lost']} that it gets right are newly wrong."
        )
    return blocks


def percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
