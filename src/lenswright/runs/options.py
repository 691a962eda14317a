"""What a client may choose for a training run, for the form of a dashboard or a notebook.

How long a preset takes is told from earlier runs of the task, and from measured constants before the
first one.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from lenswright.runs.backbones import BACKBONES
from lenswright.runs.fields import RequestField, fields_of
from lenswright.runs.request import TrainingRequest
from lenswright.runs.state import Run

# Measured on two shared virtual CPUs. `fast` with 8,000 photos at 224 px: START_S whatever their number,
# and 0.006 to 0.009 s for each. `best` with MobileNetV2 at 224 px, the top 0.4 of its layers learning. The
# backbone of `scratch` by the card of the model that ships: 5,162 s for 79 epochs of 7,596 photos at 128 px.
START_S = 25.0
FAST_S = 0.007  # a photo
FINE_TUNING_S = 0.021  # a photo and epoch
SCRATCH_S = 0.0086  # a photo and epoch
TELLING_PHOTOS = 200  # of fewer, the start of a run hides what each takes
DEFAULTS = TrainingRequest()


@dataclass(frozen=True)
class PresetNote:
    """`photo_s`: seconds that each photo takes with the default settings."""

    name: str
    title: str
    summary: str
    photo_s: float


PRESETS = (
    PresetNote(
        "fast",
        "Fast",
        "A new head on the features of a finished backbone: about 98.8 % on cats and dogs with ImageNet"
        " weights.",
        FAST_S,
    ),
    PresetNote(
        "best",
        "Best",
        "Then the top of the backbone learns, too, on changed copies of the photos.",
        FAST_S + FINE_TUNING_S * DEFAULTS.fine_tune_epochs,
    ),
    PresetNote(
        "scratch",
        "From scratch",
        "A backbone of one's own from random weights, taught by a finished one where there is one:"
        " 96 % on cats and dogs.",
        FAST_S + SCRATCH_S * DEFAULTS.epochs,
    ),
)


def training_options(task: str, photos: int, earlier: Iterable[Run]) -> dict[str, Any]:
    """Return every choice for a run of `task` with `photos` labelled photos, as JSON.

    `earlier`: runs of the task, newest first; `expected_accuracy` is that of the last one, if any.
    """
    ended = [run for run in earlier if run.state == "completed" and run.kind in ("train", "retrain")]
    request = fields_of(TrainingRequest)
    return {
        "task": task,
        "presets": [_preset(note, photos, ended) for note in PRESETS],
        "backbones": [
            {
                "name": entry.name,
                "title": entry.title,
                "size_px": entry.default_size_px,
                "parameters_m": entry.parameters_m,
            }
            for entry in BACKBONES.values()
        ],
        "weights": [*request["weights"].choices],
        "fields": [_field(field) for field in request.values() if field.group],
    }


def _preset(note: PresetNote, photos: int, ended: list[Run]) -> dict[str, Any]:
    last = next((run for run in ended if run.request.preset == note.name), None)
    photo_s = note.photo_s if last is None else _photo_s(last, note)
    return {
        "name": note.name,
        "title": note.title,
        "summary": note.summary,
        "expected_s": round(START_S + photos * photo_s) if photos else None,
        "expected_accuracy": None if last is None else last.result.get("metrics", {}).get("accuracy"),
    }


def _photo_s(run: Run, note: PresetNote) -> float:
    """Return the seconds a photo took in `run`, as documented if it cannot tell: few photos, or cached."""
    photos = sum(run.result.get("photos", {}).values())
    worked_s = (run.ended_at or 0.0) - (run.started_at or 0.0) - START_S
    return worked_s / photos if photos >= TELLING_PHOTOS and worked_s > 0 else note.photo_s


def _field(field: RequestField) -> dict[str, Any]:
    return asdict(field) | {"choices": [*field.choices], "presets": [*field.presets]}
