"""What a training run is asked to do: JSON from a client in, a checked frozen request out.

`TrainingRequest` is the one place where a field, its type, range, default and help are written. The
API's document, the options of the dashboard's form and the sentences of a refusal are made from it.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from lenswright.errors import InputRefused
from lenswright.runs.backbones import BACKBONES
from lenswright.runs.fields import GROUP, PRESETS
from lenswright.runs.request_text import checked, refusal

Kind = Literal["train", "retrain", "tune", "compare", "export", "check"]
Preset = Literal["fast", "best", "scratch"]
Weights = Literal["auto", "file", "imagenet", "bundled", "none"]
Format = Literal["saved_model", "tflite"]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern="^[^/]*$")
]

EVERY = ("fast", "best", "scratch")
LEARNING = ("best", "scratch")  # the presets in which the backbone itself learns
CHOICES = ("auto", *BACKBONES)
FIELDS_OF_ONE_KIND: dict[str, tuple[str, ...]] = {
    "tune": ("trials",),
    "compare": ("configurations",),
    "export": ("version", "formats"),
}
KINDS_ON_A_SNAPSHOT: tuple[Kind, ...] = ("train", "tune", "compare")
FIELDS_OF_CHECK = ("task", "kind", "backbone", "weights", "size_px", "mirror", "seed", "resume_run")


def _known_backbone(name: str) -> str:
    if name not in CHOICES:
        raise ValueError("unknown backbone")
    return name


def _knob(default: Any, help: str, group: str, presets: tuple[str, ...] = EVERY, **limits: Any) -> Any:
    """Return a field that a form offers in `group`, for those `presets` in which it matters."""
    extra = {GROUP: group, PRESETS: [*presets], **limits.pop("schema", {})}
    return Field(default, description=help, json_schema_extra=extra, **limits)


class TrainingRequest(BaseModel):
    """One run. Every field has a default, so an empty request trains the default task."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    task: Name = Field(
        default="cats-vs-dogs", description="what is told apart: own photos, classes and model"
    )
    kind: Kind = Field(default="train", description="what the run does")

    preset: Preset = _knob(
        "fast", "fast: a new head on a finished backbone; best: then fine-tunes it; scratch: from nothing",
        "Model",
    )  # fmt: skip
    backbone: Annotated[str, AfterValidator(_known_backbone)] = _knob(
        "auto", "the network that looks at the photo; auto: the one whose weights are at hand",
        "Model", schema={"enum": [*CHOICES]},
    )  # fmt: skip
    weights: Weights = _knob(
        "auto", "where the backbone's weights come from; auto: the best there is", "Model"
    )
    size_px: int | None = _knob(
        None, "side of the square photo the backbone sees, in pixels; empty: what suits the backbone",
        "Model", ge=64, le=320,
    )  # fmt: skip

    mirror: bool = _knob(
        False, "let the network see each photo and its mirror image: a little better, twice as slow",
        "Model", ("fast", "best"),
    )  # fmt: skip

    epochs: int = _knob(
        60, "most rounds of the head over all photos; in scratch: of everything", "Head", ge=1, le=1000
    )
    batch_size: int | None = _knob(
        None, "photos per step; empty: 256 for the head, 64 for a network that learns", "Head", ge=4, le=512
    )
    learning_rate: float | None = _knob(
        None, "highest step size of the head; empty: what suits the preset", "Head", ge=1e-7, le=10
    )
    weight_decay: float | None = _knob(
        None, "pull of the weights towards zero; empty: what suits the preset", "Head", ge=0, le=1
    )
    dropout: float = _knob(0.2, "share of the features hidden at random in each step", "Head", ge=0, le=0.9)
    label_smoothing: float = _knob(0.0, "share of the label given to all other classes", "Head", ge=0, le=0.5)
    mixup: float = _knob(
        0.0, "blend pairs of photos: alpha of the Beta distribution of their shares; 0: never",
        "Head", ge=0, le=2,
    )  # fmt: skip
    views: int = _knob(
        1, "times each photo is learnt from: 1 as it is, 2 also mirrored, more also cropped and turned",
        "Head", ge=1, le=16,
    )  # fmt: skip
    patience: int = _knob(10, "epochs without improvement before it ends", "Head", ge=1, le=1000)
    class_weights: bool = _knob(True, "let rare classes count as much as frequent ones", "Head")

    fine_tune_epochs: int = _knob(
        6, "rounds of the backbone over all photos", "Fine-tuning", ("best",), ge=1, le=100
    )
    fine_tune_share: float = _knob(
        0.4, "share of the layers that learn, counted from the top", "Fine-tuning", ("best",), ge=0.01, le=1
    )
    fine_tune_rate: float | None = _knob(
        None,
        "highest step size of the backbone; empty: what suits it",
        "Fine-tuning",
        ("best",),
        ge=1e-7,
        le=1,
    )
    layer_decay: float = _knob(
        1.0, "factor of the step size from each block to the one below; 1: the same in all",
        "Fine-tuning", ("best",), ge=0.1, le=1,
    )  # fmt: skip
    schedule: Literal["cosine", "plateau"] = _knob(
        "cosine",
        "how the step size falls: along a cosine, or when nothing improves",
        "Fine-tuning",
        ("best",),
    )
    warm_up: float = _knob(
        0.1, "share of the time in which the step size rises", "Fine-tuning", ("best",), ge=0, le=0.5
    )

    flip: bool = _knob(True, "mirror every other photo", "Augmentation", LEARNING)
    rotation_degrees: float = _knob(10.0, "turn by up to this angle", "Augmentation", LEARNING, ge=0, le=45)
    zoom: float = _knob(0.3, "cut away up to this share of the area", "Augmentation", LEARNING, ge=0, le=0.9)
    shift: float = _knob(0.1, "move by up to this share of the side", "Augmentation", LEARNING, ge=0, le=0.5)
    colour: float = _knob(
        0.2, "change brightness, contrast and saturation by up to this share", "Augmentation", LEARNING,
        ge=0, le=0.9,
    )  # fmt: skip
    randaugment: int = _knob(
        0, "further random changes per photo (RandAugment); 0: none", "Augmentation", LEARNING, ge=0, le=4
    )

    minutes: float | None = _knob(
        None, "time the backbone may learn; empty: as long as its epochs take", "Run", LEARNING,
        ge=0.01, le=10_080,
    )  # fmt: skip
    seed: int = _knob(0, "the same seed on the same photos gives the same run", "Run", ge=0, le=2**31 - 1)
    false_reject: float = _knob(
        0.02, "share of the photos of known classes that may be answered 'unknown'", "Run", ge=0, le=0.2
    )
    int8: bool = _knob(True, "serve with 8-bit weights if the answers stay the same", "Run")

    trials: int = _knob(20, "settings of the head to try", "Tuning", (), ge=1, le=200)
    configurations: tuple[dict[str, Any], ...] = Field(
        default=(), max_length=20, strict=False,
        description="1 to 20 of them, each with the fields in which it differs from the rest of this request",
    )  # fmt: skip
    version: Name | None = Field(default=None, description="the model version to export")
    formats: tuple[Format, ...] = Field(
        default=("saved_model", "tflite"),
        min_length=1,
        max_length=2,
        strict=False,
        description="what to write",
    )
    resume_run: int | None = Field(
        default=None, ge=1, le=2**62, description="continue what this earlier run left behind, on its photos"
    )
    snapshot: int | None = Field(
        default=None, ge=1, le=2**62, description="learn from this earlier data set, not from today's photos"
    )

    @classmethod
    def names(cls, kind: object) -> list[str]:
        """Return the names of the fields that a run of `kind` has."""
        if kind == "check":
            return [*FIELDS_OF_CHECK]
        foreign = {name for owner, own in FIELDS_OF_ONE_KIND.items() if owner != kind for name in own}
        foreign |= set() if kind in KINDS_ON_A_SNAPSHOT else {"snapshot"}
        return [name for name in cls.model_fields if name not in foreign]

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "TrainingRequest":
        """Return the request. Raises InputRefused naming the field, what was expected and what came."""
        request = checked(cls, record, cls.names(record.get("kind", "train")))
        if request.kind == "compare" and not request.configurations:
            raise InputRefused(refusal(cls, "configurations", []))
        if request.kind == "export" and request.version is None:
            raise InputRefused(refusal(cls, "version", None))
        for index, configuration in enumerate(request.configurations):
            request.configured(configuration, f"configurations[{index}]")
        return request

    @classmethod
    def restored(cls, record: dict[str, Any]) -> "TrainingRequest":
        """Return a request as an earlier version may have stored it.

        Fields unknown today are dropped; one whose value is no longer allowed has its default.
        """
        known = {name: value for name, value in record.items() if name in cls.model_fields}
        try:
            return cls.model_validate(known)
        except ValidationError as exc:
            wrong = {error["loc"][0] for error in exc.errors()}
            return cls.model_validate({name: value for name, value in known.items() if name not in wrong})

    def to_json(self) -> dict[str, Any]:
        """Return the fields that a run of this kind has."""
        return self.model_dump(mode="json", include=set(self.names(self.kind)))

    def configured(self, configuration: dict[str, Any], within: str = "") -> "TrainingRequest":
        """Return the request that trains one configuration of this comparison. Raises InputRefused."""
        shared = self.model_copy(update={"kind": "train", "resume_run": None})
        common = ("task", "kind", "resume_run", "snapshot")
        own = [name for name in self.names("train") if name not in common]
        changed = checked(TrainingRequest, configuration, own, within)
        return shared.model_copy(update=changed.model_dump(exclude_unset=True))
