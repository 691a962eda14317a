"""The model card: manifest and report in, Markdown for people out. Plain dicts, nothing is measured here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lenswright.evaluation.calibration import FALSE_REJECT
from lenswright.evaluation.licence import licence_note

LARGEST_MATRIX = 20  # more classes make no readable table; the report has all of them
MOST_CONFUSED = 10
Json = Mapping[str, Any]


def model_card(manifest: Json, report: Json) -> str:
    """Return MODEL_CARD.md of the bundle with this `manifest.json` and `report.json`."""
    sections = (
        _opening(manifest, report),
        _section("Classes and data", _data(manifest)),
        _section("Recipe", _recipe(manifest)),
        _section("Weights and licence", licence_note(str(manifest["weights"]))),
        _section("Quality", _quality(report)),
        _section("Per class", _per_class(report)),
        _section("Confusion matrix", _confusion(report)),
        _section("Calibration and unknown photos", _calibration(manifest, report)),
        _section("Limits", _limits(manifest)),
        _section("How it was measured", _method(manifest, report)),
    )
    return "\n\n".join(sections) + "\n"


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def _opening(manifest: Json, report: Json) -> str:
    made = datetime.fromtimestamp(manifest["created_at"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    metrics = report["metrics"]
    return (
        f"# {_text(manifest['task'])}, version {manifest['version']}\n\n"
        f"An image classifier of {len(manifest['classes'])} classes, made by lenswright"
        f" {manifest['code_version']} on {made}. It answers {_percent(metrics['accuracy'])} of"
        f" {metrics['test_photos']} unseen test photos rightly. The network (`model.onnx`) takes RGB photos,"
        f" uint8 (N, {manifest['input_spec']['size_px']}, {manifest['input_spec']['size_px']}, 3), and gives"
        " calibrated probabilities, an embedding and a feature map."
    )


def _data(manifest: Json) -> str:
    photos = manifest["training"].get("photos", {})
    counts = ", ".join(f"{count} {split}" for split, count in photos.items()) or "not recorded"
    names = ", ".join(_text(name) for name in manifest["classes"])
    return f"{names}.\n\nPhotos: {counts}. Hash of the data: `{manifest['data_hash']}`."


def _recipe(manifest: Json) -> str:
    training, spec = manifest["training"], manifest["input_spec"]
    rows = {
        "preset": manifest["preset"],
        "backbone": manifest["backbone"],
        "input": f"{spec['size_px']} px, {spec['framing']}",
        **{name: value for name, value in training.get("request", {}).items() if value is not None},
        **{f"seconds of {phase}": f"{seconds:.1f}" for phase, seconds in training.get("seconds", {}).items()},
    }
    return _table(("what", "value"), rows.items())


def _quality(report: Json) -> str:
    found = report["metrics"]
    interval = f"{_percent(found['accuracy_low'])} to {_percent(found['accuracy_high'])}"
    rows = [
        ("accuracy", _percent(found["accuracy"])),
        ("95 % interval (Wilson)", interval),
        ("macro F1", _number(found["macro_f1"])),
        ("ROC AUC, one against the rest", _number(found.get("roc_auc"))),
        ("log loss (nats)", _number(found["log_loss"])),
    ]
    if "top5" in found:
        rows.insert(2, ("right class among the first five", _percent(found["top5"])))
    return _table((f"on {found['test_photos']} test photos", "value"), rows)


def _per_class(report: Json) -> str:
    names = ("precision", "recall", "f1")
    rows = (
        (score["label"], *(_number(score[name]) for name in names), score["support"])
        for score in report["per_class"]
    )
    return _table(("class", *names, "test photos"), rows)


def _confusion(report: Json) -> str:
    classes, counts = report["confusion_matrix"]["classes"], report["confusion_matrix"]["counts"]
    if len(classes) <= LARGEST_MATRIX:
        rows = ((name, *row) for name, row in zip(classes, counts, strict=True))
        return _table(("true \\ answered", *classes), rows)
    pairs = report["most_confused"][:MOST_CONFUSED]
    rows = ((pair["label"], pair["predicted"], pair["count"], _percent(pair["share"])) for pair in pairs)
    table = _table(("true", "answered", "photos", "of the class"), rows)
    return f"The most frequent mistakes; `report.json` has the whole matrix.\n\n{table}"


def _calibration(manifest: Json, report: Json) -> str:
    lines = [
        f"Temperature {_number(manifest['temperature'])}, fitted on validation photos; expected calibration"
        f" error on the test photos {_percent(report['metrics']['ece'])}.",
        f"Answers with a confidence under {_percent(manifest['accept_threshold'])} are called uncertain.",
        "Photos are not checked for being unlike all training photos."
        if manifest["unknown_distance"] is None
        else f"Photos whose centred cosine distance to the fifth nearest training embedding is over"
        f" {_number(manifest['unknown_distance'])} are called unknown; at most {_percent(FALSE_REJECT)} of"
        " the validation photos are.",
    ]
    cells = (
        (f"{cell['low']:.2f} to {cell['high']:.2f}", cell["count"], *map(_number, _pair(cell)))
        for cell in report["reliability"]
    )
    return "\n".join(lines) + "\n\n" + _table(("confidence", "photos", "mean", "right"), cells)


def _pair(cell: Json) -> tuple[float, float]:
    return cell["confidence"], cell["accuracy"]


def _limits(manifest: Json) -> str:
    return (
        "It knows its classes only, and names one of them for whatever it is shown; the status `unknown`"
        " catches other photos only in part. The numbers hold for photos like the test photos: other"
        " cameras, drawings, crops or several subjects in one photo will do worse. It sees"
        f" {manifest['input_spec']['size_px']} px: what is small in the photo is lost. It is not made for"
        " decisions about people."
    )


def _method(manifest: Json, report: Json) -> str:
    verdict = report.get("verdict") or {}
    return (
        "The test photos were neither trained on nor used to choose anything; near-duplicates of a photo are"
        " always in its own split. They were answered through the serving path itself (decoder, ONNX Runtime"
        " network, calibration included). The exported network differs from the trained one by at most"
        f" {manifest['parity']:.2g} in any probability."
        + (f"\n\nThe gate: {_text(verdict['reason'])}" if verdict.get("reason") else "")
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_text(cell) for cell in line) + " |" for line in lines)


def _text(value: object) -> str:
    """Return a value so that a label cannot end a table cell or become mark-up."""
    escaped = str(value).replace("|", "\\|").replace("<", "&lt;")
    return escaped.replace("\n", " ")


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
