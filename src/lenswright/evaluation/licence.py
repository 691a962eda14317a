"""What is known about the rights in a model's weights, said plainly and no more than that."""

IMAGENET = (
    "The ImageNet weights of `keras.applications` are published under the Apache License 2.0; the"
    " ImageNet photos they were learned from are for non-commercial research: check that this suits your use."
)
FILE = "The licence of that file applies to this model too; lenswright cannot know it."
LENT = "What holds for that model's weights holds for this one: see its card."
RANDOM = "No foreign weights are inside; whoever trains it answers for the rights in the training photos."
TAUGHT = " A teacher's answers guided it, so its licence is to be looked at, too."


def licence_note(weights: str) -> str:
    """Return where the weights come from and which licence is to be looked at."""
    return f"Weights: {weights}. {_note(weights)}"


def _note(weights: str) -> str:
    if weights.startswith("backbone of model "):
        return LENT
    if "random weights" in weights:
        alone = "teacher:" not in weights or weights.endswith("no teacher")
        return RANDOM if alone else RANDOM + TAUGHT
    return IMAGENET if weights.startswith("ImageNet") else FILE
