"""What is known about the rights in a model's weights, said plainly and no more than that."""

from lenswright.runs.backbones import BACKBONES

PHOTOS = (
    " The ImageNet photos they were learned from are for non-commercial research:"
    " check that this suits your use."
)
UNKNOWN = "Look up the licence of these weights."
FILE = "The licence of that file applies to this model too; lenswright cannot know it."
LENT = "What holds for that model's weights holds for this one: see its card."
RANDOM = "No foreign weights are inside; whoever trains it answers for the rights in the training photos."
TAUGHT = " A teacher's answers guided it, so its licence is to be looked at, too."


def licence_note(weights: str, backbone: str) -> str:
    """Return where the weights of a backbone come from and which licence is to be looked at."""
    return f"Weights: {weights}. {_note(weights, backbone)}"


def _note(weights: str, backbone: str) -> str:
    if weights.startswith("backbone of model "):
        return LENT
    if "random weights" in weights:
        alone = "teacher:" not in weights or weights.endswith("no teacher")
        return RANDOM if alone else RANDOM + TAUGHT
    if weights.startswith("ImageNet"):
        return (_published(backbone) or UNKNOWN) + PHOTOS
    published = _published(backbone)
    return f"{FILE} {published}{PHOTOS}" if published else FILE


def _published(backbone: str) -> str:
    """Return what is known of the ImageNet weights in `keras.applications`, or nothing."""
    entry = BACKBONES.get(backbone)
    if entry is None or not entry.licence:
        return ""
    return f"The ImageNet weights of {entry.title} in `keras.applications` are {entry.licence}."
